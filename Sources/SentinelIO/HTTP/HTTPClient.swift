/// Sends requests to HTTP servers: one connection each, closed afterwards. For webhooks and for the command line.
package struct HTTPClient: Sendable {
    package struct Request: Sendable {
        package var method: String
        /// Path and query, percent-encoded; begins with `/`.
        package var target: String
        /// Without `Host`, length and connection fields, which are added. Control characters are sent as spaces.
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]

        package init(
            _ method: String = "GET", _ target: String, headers: [(name: String, value: String)] = [],
            body: [UInt8] = []
        ) {
            self.method = method
            self.target = target
            self.headers = headers
            self.body = body
        }
    }

    package struct Response: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: [UInt8]
    }

    /// Why there is no response. Whether the server did what was asked is not known, but for `notConnected`.
    package enum Failure: Error, Sendable, CustomStringConvertible {
        /// Nobody could be reached.
        case notConnected(IOError)
        /// The connection broke before the response was complete.
        case broken(IOError)
        /// The response was not complete in time.
        case timeout(String)
        /// What came is not a response, or larger than allowed.
        case malformed(String)
        /// The waiting task was cancelled.
        case cancelled

        package var description: String {
            switch self {
            case .notConnected(let error), .broken(let error): error.message
            case .timeout(let message), .malformed(let message): message
            case .cancelled: "cancelled"
            }
        }
    }

    private let loop: EventLoop

    package init(on loop: EventLoop) {
        self.loop = loop
    }

    /// Sends a request and returns the response, whatever its status.
    /// - Parameters:
    ///   - host: of the field `Host`; the endpoint's by default.
    ///   - timeout: from now to the last byte of the response.
    ///   - maximumBody: bytes; a larger response is an error.
    package func send(
        _ request: Request, to endpoint: Endpoint, security: TransportSecurity = .none, host: String? = nil,
        timeout: Duration = .seconds(10), maximumBody: Int = 16 << 20
    ) async throws(Failure) -> Response {
        let exchange = HTTPExchange(
            bytes: Self.bytes(of: request, host: host ?? Self.host(of: endpoint)),
            parser: HTTPResponseParser(maximumBody: maximumBody, isHead: request.method == "HEAD"),
            peer: endpoint.description, on: loop)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute {
                    exchange.begin(endpoint, security, within: timeout) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            loop.execute { exchange.end(.failure(.cancelled)) }
        }
        return try outcome.get()
    }

    static func host(of endpoint: Endpoint) -> String {
        if case .tcp = endpoint { endpoint.description } else { "localhost" }
    }

    static func bytes(of request: Request, host: String) -> [UInt8] {
        let isTarget = request.target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        precondition(isTarget && request.method.utf8.allSatisfy(isToken), "not a method and a percent-encoded target")
        var bytes = Array("\(request.method) \(request.target) HTTP/1.1\r\n".utf8)
        let length =
            request.body.isEmpty && request.method == "GET" ? [] : [("Content-Length", "\(request.body.count)")]
        for (name, value) in [("Host", host), ("Connection", "close")] + length + request.headers
        where name.utf8.allSatisfy(isToken) {
            bytes.append(contentsOf: "\(name): ".utf8)
            bytes.append(contentsOf: value.utf8.map { isFieldText($0) ? $0 : UInt8(ascii: " ") })
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes + request.body
    }
}

/// One request on its way. Unchecked: touched on the loop's thread only, after `init`.
private final class HTTPExchange: SocketStreamDelegate, @unchecked Sendable {
    typealias Outcome = Result<HTTPClient.Response, HTTPClient.Failure>

    private let loop: EventLoop
    private let bytes: [UInt8]
    private let peer: String
    private var parser: HTTPResponseParser
    private var stream: SocketStream?
    private var timer: LoopTimer?
    private var wasOpen = false
    private var isOver = false
    private var completion: ((Outcome) -> Void)?

    init(bytes: [UInt8], parser: HTTPResponseParser, peer: String, on loop: EventLoop) {
        self.bytes = bytes
        self.parser = parser
        self.peer = peer
        self.loop = loop
    }

    func begin(
        _ endpoint: Endpoint, _ security: TransportSecurity, within timeout: Duration,
        _ completion: @escaping (Outcome) -> Void
    ) {
        self.completion = completion
        // Cancelled before it began.
        if isOver { return end(.failure(.cancelled)) }
        let timer = LoopTimer(on: loop) { [weak self] in
            guard let self else { return }
            end(.failure(.timeout("\(peer) did not answer within \(timeout)")))
        }
        self.timer = timer
        timer.start(after: timeout)
        do throws(IOError) {
            stream = try SocketStream(connectingTo: endpoint, security: security, on: loop, delegate: self)
        } catch {
            end(.failure(.notConnected(error)))
        }
    }

    func end(_ outcome: Outcome) {
        isOver = true
        timer?.cancel()
        timer = nil
        stream?.close()
        stream = nil
        completion.take()?(outcome)
    }

    func streamDidOpen(_ stream: SocketStream) {
        wasOpen = true
        do throws(IOError) {
            try stream.write(bytes)
        } catch {
            end(.failure(.broken(error)))
        }
    }

    func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
        do throws(HTTPResponseParser.Malformed) {
            if let response = try parser.read(bytes) { end(.success(response)) }
        } catch {
            end(.failure(.malformed("\(peer) answered with something else than HTTP: \(error.message)")))
        }
    }

    func stream(_ stream: SocketStream, didCloseWith error: IOError) {
        if let response = parser.end() { return end(.success(response)) }
        end(.failure(wasOpen ? .broken(error) : .notConnected(error)))
    }
}
