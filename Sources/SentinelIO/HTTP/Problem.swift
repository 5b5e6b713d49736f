/// Why a request was not done, as the client is told: `application/problem+json` (RFC 9457).
package struct Problem: Error, Sendable {
    /// What an extension member of the body may hold.
    package enum Value: Sendable, Equatable {
        case string(String)
        case int(Int64)
        case strings([String])
    }

    package var status: HTTPStatus
    /// A URI that names the kind of problem; `about:blank` when the status says it all.
    package var type = "about:blank"
    /// The same words for every problem of the type.
    package var title: String
    /// What is wrong this time, and what would be right.
    package var detail: String?
    /// Further members of the body, such as `ref`.
    package var members: [(name: String, value: Value)] = []
    /// Further header fields of the response, such as `Allow`.
    package var headers: [(name: String, value: String)] = []

    package init(_ status: HTTPStatus, _ detail: String? = nil) {
        self.status = status
        self.detail = detail
        title = status.reason
    }

    /// - Parameter type: see there.
    package init(_ status: HTTPStatus, type: String, title: String, _ detail: String? = nil) {
        self.init(status, detail)
        self.type = type
        self.title = title
    }

    package var response: HTTPResponse {
        HTTPResponse(
            status,
            headers: [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")] + headers,
            body: json)
    }

    private var json: [UInt8] {
        var json: [UInt8] = Array("{\"type\":".utf8)
        Self.write(type, to: &json)
        json.append(contentsOf: ",\"title\":".utf8)
        Self.write(title, to: &json)
        json.append(contentsOf: ",\"status\":\(status.code)".utf8)
        if let detail {
            json.append(contentsOf: ",\"detail\":".utf8)
            Self.write(detail, to: &json)
        }
        for (name, value) in members {
            json.append(UInt8(ascii: ","))
            Self.write(name, to: &json)
            json.append(UInt8(ascii: ":"))
            switch value {
            case .string(let text): Self.write(text, to: &json)
            case .int(let number): json.append(contentsOf: String(number).utf8)
            case .strings(let texts):
                json.append(UInt8(ascii: "["))
                for (place, text) in texts.enumerated() {
                    if place > 0 { json.append(UInt8(ascii: ",")) }
                    Self.write(text, to: &json)
                }
                json.append(UInt8(ascii: "]"))
            }
        }
        json.append(UInt8(ascii: "}"))
        return json
    }

    private static func write(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): json.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                json.append(contentsOf: "\\u00\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
