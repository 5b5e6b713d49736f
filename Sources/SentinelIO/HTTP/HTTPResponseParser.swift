/// Turns the bytes of a connection into one response (RFC 9112). Pure: no socket, no clock.
struct HTTPResponseParser {
    /// What is wrong with a response, in words.
    struct Malformed: Error {
        let message: String
    }

    private enum Phase {
        case line
        case fields
        case body(HTTPBodyReader)
    }

    private static let maximumHead = 64 << 10

    private let maximumBody: Int
    private let isHead: Bool
    private var input = HTTPInput()
    private var phase = Phase.line
    private var headBytes = 0
    private var status = 0
    private var headers = HTTPHeaders()

    /// - Parameter isHead: Whether it answers a `HEAD` request, and so has no body whatever it says.
    init(maximumBody: Int, isHead: Bool) {
        self.maximumBody = maximumBody
        self.isHead = isHead
    }

    /// The response, once it is complete.
    mutating func read(_ bytes: RawSpan) throws(Malformed) -> HTTPClient.Response? {
        input.append(bytes)
        while true {
            switch phase {
            case .line:
                guard let line = try line() else { return nil }
                status = try Self.status(input.bytes[line])
                phase = .fields
            case .fields:
                guard let line = try line() else { return nil }
                if !line.isEmpty {
                    guard headers.append(line: input.bytes[line]) else {
                        throw Malformed(message: "a line of the header is not 'name: value'")
                    }
                } else if (100..<200).contains(status) {
                    // An interim response: the real one follows.
                    headers = HTTPHeaders()
                    phase = .line
                } else {
                    phase = .body(try bodyReader())
                }
            case .body(var body):
                phase = .line
                let isComplete = try Self.read(&body, from: &input, maximumBody)
                phase = .body(body)
                return isComplete ? HTTPClient.Response(status: status, headers: headers, body: body.body) : nil
            }
        }
    }

    /// Takes out what there is of the body so far; nil until the header is complete.
    mutating func takePart() -> HTTPClient.Response? {
        guard case .body(var body) = phase else { return nil }
        let part = HTTPClient.Response(status: status, headers: headers, body: body.drain())
        phase = .body(body)
        return part
    }

    /// The response that the end of the connection completes, if it does.
    func end() -> HTTPClient.Response? {
        guard case .body(let body) = phase, body.endsWithConnection else { return nil }
        return HTTPClient.Response(status: status, headers: headers, body: body.body)
    }

    private mutating func line() throws(Malformed) -> Range<Int>? {
        do throws(HTTPInput.LineError) {
            guard let line = try input.takeLine(limit: Self.maximumHead - headBytes) else { return nil }
            headBytes += line.count
            return line
        } catch {
            throw Malformed(message: "the header is malformed or longer than \(Self.maximumHead) bytes")
        }
    }

    /// `HTTP/1.1 200 OK`
    private static func status(_ line: ArraySlice<UInt8>) throws(Malformed) -> Int {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].starts(with: "HTTP/1.".utf8), parts[1].count == 3,
            let status = Int(String(decoding: parts[1], as: UTF8.self)), (100...599).contains(status)
        else { throw Malformed(message: "the first line is not one of HTTP/1") }
        return status
    }

    private func bodyReader() throws(Malformed) -> HTTPBodyReader {
        if isHead || status == 204 || status == 304 { return HTTPBodyReader(length: 0, limit: 0) }
        if headers.count("transfer-encoding") > 0 {
            guard headers.all("transfer-encoding").map({ $0.lowercased() }) == ["chunked"] else {
                throw Malformed(message: "the only transfer coding that is understood is chunked")
            }
            return HTTPBodyReader(chunkedWithLimit: maximumBody)
        }
        guard headers.count("content-length") > 0 else { return HTTPBodyReader(untilEndWithLimit: maximumBody) }
        guard headers.count("content-length") == 1, let length = headers["content-length"].flatMap({ Int($0) }),
            length >= 0
        else { throw Malformed(message: "Content-Length is not one number") }
        guard length <= maximumBody else { throw tooLarge }
        return HTTPBodyReader(length: length, limit: maximumBody)
    }

    private static func read(
        _ body: inout HTTPBodyReader, from input: inout HTTPInput, _ maximum: Int
    ) throws(Malformed) -> Bool {
        do throws(HTTPBodyReader.Failure) {
            return try body.read(&input)
        } catch {
            throw error == .malformed
                ? Malformed(message: "the chunks of the body are malformed")
                : Malformed(message: "the body is larger than \(maximum) bytes")
        }
    }

    private var tooLarge: Malformed { Malformed(message: "the body is larger than \(maximumBody) bytes") }
}
