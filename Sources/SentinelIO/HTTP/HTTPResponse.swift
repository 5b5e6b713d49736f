/// An answer to a request. Length, date and connection fields are added when it is sent.
package struct HTTPResponse: Sendable {
    package var status: HTTPStatus
    /// Fields in order. Control characters in values are sent as spaces, so that no value can become a field of its own.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(_ status: HTTPStatus, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(_ status: HTTPStatus = .ok, type: String, _ body: [UInt8]) {
        self.init(status, headers: [("Content-Type", type)], body: body)
    }

    /// How the end of the body is told to the client.
    enum Framing {
        case length
        /// As `length`, but to a `HEAD` request: the body stays away.
        case lengthOnly
        case chunked
        case untilEnd
    }

    /// What happens to the connection, where the client must be told.
    enum Connection {
        case close
        /// An HTTP/1.0 client asked for it.
        case keepAlive
        /// As ever in HTTP/1.1.
        case usual
    }

    /// Appends it as it goes over the wire.
    /// - Parameter date: the field `Date` with its line break.
    func write(to output: inout [UInt8], framing: Framing, connection: Connection, date: [UInt8]) {
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        output.append(contentsOf: String(status.code).utf8)
        output.append(UInt8(ascii: " "))
        output.append(contentsOf: status.reason.utf8)
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: date)
        for (name, value) in headers where name.utf8.allSatisfy(isToken) {
            output.append(contentsOf: name.utf8)
            output.append(contentsOf: ": ".utf8)
            for byte in value.utf8 { output.append(isFieldText(byte) ? byte : UInt8(ascii: " ")) }
            output.append(contentsOf: "\r\n".utf8)
        }
        switch framing {
        case .length, .lengthOnly:
            if status.hasBody {
                output.append(contentsOf: "Content-Length: ".utf8)
                output.append(contentsOf: String(body.count).utf8)
                output.append(contentsOf: "\r\n".utf8)
            }
        case .chunked: output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .untilEnd: break
        }
        switch connection {
        case .close: output.append(contentsOf: "Connection: close\r\n".utf8)
        case .keepAlive: output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        case .usual: break
        }
        output.append(contentsOf: "\r\n".utf8)
        if case .length = framing, status.hasBody { output.append(contentsOf: body) }
    }
}
