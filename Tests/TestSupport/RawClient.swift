package import SentinelIO

/// A connection that sends any bytes and shows what comes back: a client of HTTP that need not keep to it.
package actor RawClient {
    package nonisolated let loop: EventLoop
    private let log = Log()
    private var stream: SocketStream?

    package init(on loop: EventLoop) { self.loop = loop }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Connects, and sends something right away. Returns when connected, or refused.
    package static func connect(to endpoint: Endpoint, on loop: EventLoop, sending text: String = "") async throws
        -> RawClient
    {
        let client = RawClient(on: loop)
        try await client.open(endpoint, text)
        return client
    }

    private func open(_ endpoint: Endpoint, _ text: String) async throws {
        log.toSend = Array(text.utf8)
        stream = try SocketStream(connectingTo: endpoint, on: loop, delegate: log)
        await withCheckedContinuation { log.opened = $0 }
    }

    /// Fails silently once the server has closed: that is for the test to see.
    package func send(_ text: String) {
        try? stream?.write(Array(text.utf8))
    }

    /// Stops to read, so that what the server sends piles up.
    package func stopReading() {
        stream?.setReading(false)
    }

    package func close() {
        stream?.close()
    }

    /// What has come since the last call, once it holds `end`. Nil when the connection ended before.
    package func read(until end: String) async -> String? {
        await withCheckedContinuation { continuation in
            log.wait(for: Array(end.utf8)) { continuation.resume(returning: $0) }
        }
    }

    /// Everything that came since the last call, when the server has closed the connection.
    package func readToEnd() async -> String {
        await withCheckedContinuation { continuation in
            log.waitForEnd { continuation.resume(returning: $0) }
        }
    }

    private final class Log: SocketStreamDelegate {
        var toSend: [UInt8] = []
        var opened: CheckedContinuation<Void, Never>?
        private var bytes: [UInt8] = []
        private var hasEnded = false
        private var wanted: (end: [UInt8], tell: (String?) -> Void)?
        private var atEnd: ((String) -> Void)?

        func wait(for end: [UInt8], _ tell: @escaping (String?) -> Void) {
            wanted = (end, tell)
            look()
        }

        func waitForEnd(_ tell: @escaping (String) -> Void) {
            atEnd = tell
            look()
        }

        private func look() {
            if let (end, tell) = wanted {
                let starts = bytes.indices.first { bytes[$0...].starts(with: end) }
                if let start = starts {
                    wanted = nil
                    let text = String(decoding: bytes[..<(start + end.count)], as: UTF8.self)
                    bytes.removeFirst(start + end.count)
                    tell(text)
                } else if hasEnded {
                    wanted = nil
                    tell(nil)
                }
            }
            if hasEnded, let tell = atEnd.take() {
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = []
                tell(text)
            }
        }

        func streamDidOpen(_ stream: SocketStream) {
            if !toSend.isEmpty { try? stream.write(toSend) }
            opened.take()?.resume()
        }

        func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
            bytes.withUnsafeBytes { self.bytes.append(contentsOf: $0) }
            look()
        }

        func stream(_ stream: SocketStream, didCloseWith error: IOError) {
            hasEnded = true
            opened.take()?.resume()
            look()
        }
    }
}
