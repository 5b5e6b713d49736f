/// Turns the bytes of a connection into requests, one at a time (RFC 9112). Pure: no socket, no clock.
///
/// Strict where two programs could read the same bytes differently, for that is how requests are smuggled past a proxy:
/// line ends are CR LF, no folded lines, no space before a colon, one `Host`, one `Content-Length` of digits only, and
/// never together with `Transfer-Encoding`, which must be `chunked` alone.
struct HTTPRequestParser {
    /// What one request may take, in bytes.
    struct Limits: Sendable {
        /// The request line.
        var target = 8192
        /// Request line and fields together.
        var head = 16_384
        var fields = 100
        var body = 1 << 20
    }

    enum Step {
        /// More bytes are needed.
        case wait
        /// The client waits for `100 Continue` before it sends the body.
        case sendContinue
        case request(HTTPRequest, Delivery)
        /// The bytes make no request that can be answered, and what follows them cannot be understood: answer with this
        /// and close.
        case refuse(Problem)
    }

    /// How the client wants the response.
    struct Delivery: Equatable {
        /// HTTP/1.1: it understands chunks.
        var takesChunks: Bool
        /// The connection may carry another request.
        var keepsAlive: Bool
    }

    private enum Phase {
        case line
        case fields
        case body(HTTPBodyReader)
        case refused
    }

    private let limits: Limits
    private var input = HTTPInput()
    private var phase = Phase.line
    private var request = HTTPRequest(method: "", path: "")
    private var delivery = Delivery(takesChunks: true, keepsAlive: true)
    private var hasAuthority = false
    private var headBytes = 0

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Bytes that wait to be understood.
    var waiting: Int { input.count }

    /// Whether a part of a request has come.
    var hasBegun: Bool {
        if case .line = phase { return input.count > 0 || headBytes > 0 }
        return true
    }

    mutating func append(_ bytes: RawSpan) {
        input.append(bytes)
    }

    mutating func next() -> Step {
        do throws(Problem) {
            return try advance()
        } catch {
            phase = .refused
            return .refuse(error)
        }
    }

    private mutating func advance() throws(Problem) -> Step {
        while true {
            switch phase {
            case .refused: return .wait
            case .line:
                guard let line = try line(limit: limits.target, tooLong: .uriTooLong) else { return .wait }
                // Empty lines before a request are left over from sloppy clients (RFC 9112, section 2.2).
                if line.isEmpty { continue }
                try readRequestLine(input.bytes[line])
                phase = .fields
            case .fields:
                guard let line = try line(limit: limits.head - headBytes, tooLong: .fieldsTooLarge) else {
                    return .wait
                }
                if line.isEmpty {
                    phase = .body(try bodyReader())
                    if expectsContinue, input.count == 0, case .body(let body) = phase, !isComplete(body) {
                        return .sendContinue
                    }
                    continue
                }
                guard request.headers.count < limits.fields else {
                    throw Problem(.fieldsTooLarge, "more than \(limits.fields) header fields")
                }
                guard request.headers.append(line: input.bytes[line]) else {
                    throw Problem(.badRequest, "a line of the header is not 'name: value'")
                }
            case .body(var body):
                // Out of the phase while it grows, so that the bytes are not copied.
                phase = .refused
                let isComplete = try read(&body)
                guard isComplete else {
                    phase = .body(body)
                    return .wait
                }
                return finish(body)
            }
        }
    }

    private mutating func finish(_ body: HTTPBodyReader) -> Step {
        request.body = body.body
        defer {
            request = HTTPRequest(method: "", path: "")
            (phase, headBytes, hasAuthority) = (.line, 0, false)
        }
        return .request(request, delivery)
    }

    private func isComplete(_ body: HTTPBodyReader) -> Bool {
        var (body, nothing) = (body, HTTPInput())
        return (try? body.read(&nothing)) ?? true
    }

    private mutating func line(limit: Int, tooLong: HTTPStatus) throws(Problem) -> Range<Int>? {
        do throws(HTTPInput.LineError) {
            guard let line = try input.takeLine(limit: max(0, limit)) else { return nil }
            headBytes += line.count + 2
            guard headBytes <= limits.head else { throw HTTPInput.LineError.tooLong }
            return line
        } catch {
            switch error {
            case .badEnd: throw Problem(.badRequest, "lines of the header end with CR LF")
            case .tooLong where tooLong == .uriTooLong:
                throw Problem(.uriTooLong, "the request line is longer than \(limits.target) bytes")
            case .tooLong: throw Problem(.fieldsTooLarge, "the header is longer than \(limits.head) bytes")
            }
        }
    }

    private mutating func read(_ body: inout HTTPBodyReader) throws(Problem) -> Bool {
        do throws(HTTPBodyReader.Failure) {
            return try body.read(&input)
        } catch {
            switch error {
            case .tooLarge: throw tooLarge
            case .malformed: throw Problem(.badRequest, "the chunks of the body are malformed")
            }
        }
    }

    private var tooLarge: Problem {
        Problem(.contentTooLarge, "the body is larger than \(limits.body) bytes")
    }

    // MARK: Request line

    private mutating func readRequestLine(_ line: ArraySlice<UInt8>) throws(Problem) {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(isToken) else {
            throw Problem(.badRequest, "the request line is not 'method target version'")
        }
        request.method = String(decoding: parts[0], as: UTF8.self)
        try readVersion(parts[2])
        try readTarget(parts[1])
    }

    private mutating func readVersion(_ version: ArraySlice<UInt8>) throws(Problem) {
        if version.elementsEqual("HTTP/1.1".utf8) {
            delivery = Delivery(takesChunks: true, keepsAlive: true)
        } else if version.elementsEqual("HTTP/1.0".utf8) {
            delivery = Delivery(takesChunks: false, keepsAlive: false)
        } else if version.starts(with: "HTTP/".utf8) {
            throw Problem(.versionNotSupported, "HTTP/1.1 and HTTP/1.0 are understood")
        } else {
            throw Problem(.badRequest, "the request line is not 'method target version'")
        }
    }

    private mutating func readTarget(_ target: ArraySlice<UInt8>) throws(Problem) {
        let wrong = Problem(.badRequest, "the target is not a path that begins with /")
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else { throw wrong }
        var local = target
        if target.elementsEqual("*".utf8), request.method == "OPTIONS" {
            request.path = "*"
            return
        }
        if target.first != UInt8(ascii: "/") {
            // A whole URI, as for a proxy: its authority takes the place of Host (RFC 9112, section 3.2.2).
            guard
                let scheme = ["http://", "https://"].first(where: { scheme in
                    target.prefix(scheme.utf8.count).lazy.map(lowered).elementsEqual(scheme.utf8)
                })
            else { throw wrong }
            let rest = target.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
            guard end > rest.startIndex else { throw wrong }
            request.host = String(decoding: rest[..<end], as: UTF8.self)
            hasAuthority = true
            local = rest[end...]
        }
        let mark = local.firstIndex(of: UInt8(ascii: "?")) ?? local.endIndex
        let path = local[..<mark]
        if path.contains(UInt8(ascii: "%")) {
            guard let decoded = HTTPRequest.decode(path, plusIsSpace: false), !decoded.contains(0) else {
                throw Problem(.badRequest, "a % in the path is not followed by two hexadecimal digits, or means NUL")
            }
        }
        request.path = path.isEmpty ? "/" : String(decoding: path, as: UTF8.self)
        request.rawQuery = Array(local[mark...].dropFirst())
    }

    // MARK: Fields

    private var expectsContinue: Bool { delivery.takesChunks && request.headers.count("expect") == 1 }

    /// Checks what the fields say of the connection and the body; how the body is to be read.
    private mutating func bodyReader() throws(Problem) -> HTTPBodyReader {
        let headers = request.headers
        let hosts = headers.count("host")
        guard hosts == 1 || hosts == 0 && !delivery.takesChunks else {
            throw Problem(.badRequest, "a request has one Host field")
        }
        if !hasAuthority { request.host = headers["host"] }
        if headers.count("connection") > 0 {
            if delivery.takesChunks {
                delivery.keepsAlive = !headers.list("connection", contains: "close")
            } else {
                delivery.keepsAlive = headers.list("connection", contains: "keep-alive")
            }
        }
        if headers.count("expect") > 0, delivery.takesChunks,
            headers.all("expect").map({ $0.lowercased() }) != ["100-continue"]
        {
            throw Problem(.expectationFailed, "the only expectation that can be met is 100-continue")
        }
        let lengths = headers.count("content-length")
        if headers.count("transfer-encoding") > 0 {
            guard lengths == 0, delivery.takesChunks else {
                throw Problem(.badRequest, "Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0")
            }
            guard headers.all("transfer-encoding").map({ $0.lowercased() }) == ["chunked"] else {
                throw Problem(.notImplemented, "the only transfer coding that is understood is chunked")
            }
            return HTTPBodyReader(chunkedWithLimit: limits.body)
        }
        guard lengths > 0 else { return HTTPBodyReader(length: 0, limit: 0) }
        guard lengths == 1, let text = headers["content-length"], (1...19).contains(text.utf8.count),
            text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { throw Problem(.badRequest, "Content-Length is not one number") }
        // 19 digits may still be more than an Int holds.
        guard let length = Int(text), length <= limits.body else { throw tooLarge }
        return HTTPBodyReader(length: length, limit: limits.body)
    }
}
