import SentinelIO
import Synchronization
import TestSupport

/// A server with a few pages for tests, and a loop for its clients.
///
/// `/now` and `/echo` answer at once, `/later` once `release` is called, `/stream` with a body that the test writes,
/// `/evil` with a header that holds line breaks.
final class HTTPHost: Sendable {
    let loop: EventLoop
    let clientLoop: EventLoop
    let server: HTTPServer
    let endpoint: Endpoint
    private let state: State

    private final class State: Sendable {
        struct Values {
            var gates: [CheckedContinuation<Void, Never>] = []
            var isReleased = false
            var arrived = 0
            var streams: [HTTPStream] = []
            var ends: [HTTPStream.End] = []
        }
        let values = Mutex(Values())
    }

    /// Runs `body` with a server, and ends everything afterwards.
    static func with<Result>(
        at endpoint: Endpoint = .tcp(host: "127.0.0.1", port: 0),
        configure: (inout HTTPConfiguration) -> Void = { _ in }, body: (HTTPHost) async throws -> Result
    ) async throws -> Result {
        var configuration = HTTPConfiguration()
        configure(&configuration)
        let host = try await HTTPHost(configuration, at: endpoint)
        let outcome: Swift.Result<Result, any Error>
        do { outcome = .success(try await body(host)) } catch { outcome = .failure(error) }
        host.release()
        await host.server.close()
        await host.clientLoop.stop()
        await host.loop.stop()
        return try outcome.get()
    }

    private init(_ configuration: HTTPConfiguration, at endpoint: Endpoint) async throws {
        let state = State()
        self.state = state
        loop = try EventLoop(name: "server")
        clientLoop = try EventLoop(name: "clients")
        server = HTTPServer(configuration, on: loop) { HTTPHost.answer($0, state) }
        self.endpoint = try await server.listen(at: endpoint)
    }

    func connect(sending text: String = "") async throws -> RawClient {
        try await RawClient.connect(to: endpoint, on: clientLoop, sending: text)
    }

    /// Lets the requests to `/later` be answered, those that come and those that are to come.
    func release() {
        let gates = state.values.withLock { values in
            values.isReleased = true
            defer { values.gates = [] }
            return values.gates
        }
        for gate in gates { gate.resume() }
    }

    /// Writes to every stream that is open.
    func write(_ text: String) async {
        await onLoop { for stream in $0.streams { stream.write(Array(text.utf8)) } }
    }

    /// Sends messages to every stream that is open, a few streams at a time.
    func broadcast(_ texts: [String]) async {
        await onLoop { [loop] values in
            let broadcast = HTTPBroadcast(on: loop)
            for stream in values.streams { broadcast.add(stream) }
            for text in texts { broadcast.send(Array(text.utf8)) }
        }
    }

    func endStreams() async {
        await onLoop { for stream in $0.streams { stream.end() } }
    }

    var ends: [HTTPStream.End] { state.values.withLock { $0.ends } }
    var arrived: Int { state.values.withLock { $0.arrived } }
    var streamCount: Int { state.values.withLock { $0.streams.count } }

    /// Waits for something that others bring about.
    func wait(_ what: String, until isSo: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while await !isSo() {
            guard ContinuousClock.now < deadline else { throw IOError(.system, "waited in vain for \(what)") }
            try await clientLoop.sleep(for: .milliseconds(1))
        }
    }

    private func onLoop(_ body: @escaping @Sendable (State.Values) -> Void) async {
        await withCheckedContinuation { continuation in
            loop.execute { [state] in
                body(state.values.withLock { $0 })
                continuation.resume()
            }
        }
    }

    private static func answer(_ request: HTTPRequest, _ state: State) -> HTTPReply {
        switch request.path {
        case "/now": return .response(HTTPResponse(type: "text/plain", Array("now\n".utf8)))
        case "/echo":
            return .response(HTTPResponse(type: "text/plain", Array("\(request.method) ".utf8) + request.body))
        case "/peer": return .response(HTTPResponse(type: "text/plain", Array((request.peer ?? "none").utf8)))
        case "/evil":
            return .response(HTTPResponse(.ok, headers: [("X-Evil", "a\r\nX-Injected: b\0c"), ("Bad Name", "x")]))
        case "/empty": return .response(HTTPResponse(.noContent))
        case "/big": return .response(HTTPResponse(type: "text/plain", [UInt8](repeating: 120, count: 4 << 20)))
        case "/later":
            return .later {
                await withCheckedContinuation { continuation in
                    let isReleased = state.values.withLock { values in
                        values.arrived += 1
                        if !values.isReleased { values.gates.append(continuation) }
                        return values.isReleased
                    }
                    if isReleased { continuation.resume() }
                }
                return .response(HTTPResponse(type: "text/plain", Array("later\n".utf8)))
            }
        case "/stream":
            return .stream(HTTPResponse(.ok, headers: [("Content-Type", "text/event-stream")])) { stream in
                stream.onEnd = { end in state.values.withLock { $0.ends.append(end) } }
                state.values.withLock { $0.streams.append(stream) }
            }
        default: return .problem(Problem(.notFound, "there is nothing at \"\(request.path)\""))
        }
    }
}

func get(_ path: String, _ more: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: h\r\n\(more)\r\n"
}
