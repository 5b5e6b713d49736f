import SentinelIO

/// Clients that each send the same request again as soon as they have the answer, on a loop (thread) of their own.
actor HTTPLoad {
    nonisolated let loop: EventLoop
    private var clients: [Client] = []

    init(on loop: EventLoop) {
        self.loop = loop
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// The time of each request, in seconds. With a body, made for each connection by its number, it is a POST of JSON.
    func run(
        _ target: String, at endpoint: Endpoint, connections: Int, seconds: Double, fields: String = "",
        body: (@Sendable (Int) -> String)? = nil
    ) async throws -> [Double] {
        let end = ContinuousClock.now + .seconds(seconds)
        let made = try (0..<connections).map { number in
            try Client(
                Self.request(target, fields, body?(number)), at: endpoint, on: loop, until: end)
        }
        clients += made
        for client in made {
            if let failure = await client.finished() { throw failure }
        }
        return made.flatMap(\.times)
    }

    private static func request(_ target: String, _ fields: String, _ body: String?) -> [UInt8] {
        let head = "\(target) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\(fields)"
        guard let body else { return Array("GET \(head)\r\n".utf8) }
        let form = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        return Array("POST \(head)\(form)\r\n\(body)".utf8)
    }

    /// Connections that send these bytes and are then silent, reading what comes.
    func hold(_ count: Int, sending text: String, at endpoint: Endpoint) throws {
        for _ in 0..<count { clients.append(try Client(Array(text.utf8), at: endpoint, on: loop, until: nil)) }
    }

    func close() {
        for client in clients { client.close() }
    }

    private final class Client: SocketStreamDelegate {
        private let request: [UInt8]
        private let end: ContinuousClock.Instant?
        private var stream: SocketStream?
        private var began = ContinuousClock.now
        private var answer: [UInt8] = []
        /// All answers have the length of the first.
        private var length = 0
        private var received = 0
        private(set) var times: [Double] = []
        private var failure: IOError?
        private var isOver = false
        private var waiter: CheckedContinuation<Void, Never>?

        init(_ request: [UInt8], at endpoint: Endpoint, on loop: EventLoop, until end: ContinuousClock.Instant?) throws
        {
            self.request = request
            self.end = end
            stream = try SocketStream(connectingTo: endpoint, on: loop, delegate: self)
        }

        func finished() async -> IOError? {
            if !isOver { await withCheckedContinuation { waiter = $0 } }
            return failure
        }

        func close() {
            stream?.close()
        }

        private func ask() {
            began = .now
            try? stream?.write(request)
        }

        func streamDidOpen(_ stream: SocketStream) {
            ask()
        }

        func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
            guard let end else { return }
            if length == 0 {
                bytes.withUnsafeBytes { answer.append(contentsOf: $0) }
                guard let first = Self.length(of: answer), answer.count >= first else { return }
                length = first
            } else {
                received += bytes.byteCount
                guard received >= length else { return }
            }
            received = 0
            let now = ContinuousClock.now
            times.append(began.duration(to: now).inSeconds)
            if now < end { ask() } else { finish(nil) }
        }

        func stream(_ stream: SocketStream, didCloseWith error: IOError) {
            finish(error)
        }

        private func finish(_ error: IOError?) {
            isOver = true
            failure = error
            stream?.close()
            waiter.take()?.resume()
        }

        /// Of head and body, by `Content-Length`.
        private static func length(of answer: [UInt8]) -> Int? {
            let text = String(decoding: answer, as: UTF8.self)
            guard let field = text.split(separator: "\r\n").first(where: { $0.hasPrefix("Content-Length: ") }),
                let body = Int(field.dropFirst(16)),
                let end = answer.indices.first(where: { answer[$0...].starts(with: "\r\n\r\n".utf8) })
            else { return nil }
            return end + 4 + body
        }
    }
}
