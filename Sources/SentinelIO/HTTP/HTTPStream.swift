/// The body of a response that goes on: server-sent events, long listings.
///
/// Unchecked: lives on the loop's thread, and traps elsewhere. It is bounded: what a slow client has not taken waits up
/// to the configuration's `streamBacklog`; then the client is cut off, for it would miss something either way, and a
/// connection that breaks tells it so.
package final class HTTPStream: @unchecked Sendable {
    /// Why a stream ended before `end()`.
    package enum End: Sendable, Equatable {
        /// The client closed the connection, or it broke.
        case clientLeft
        /// The client took too little for too long.
        case tooSlow
        /// The server stops.
        case serverStopped
    }

    /// Called once, on the loop's thread, when the stream ends before `end()`. Not from inside `write`.
    package var onEnd: ((End) -> Void)?

    private let loop: EventLoop
    private weak var connection: HTTPConnection?

    init(on loop: EventLoop, connection: HTTPConnection) {
        self.loop = loop
        self.connection = connection
    }

    /// Whether the client is still there.
    package var isOpen: Bool {
        loop.checkIsolated()
        return connection != nil
    }

    /// Bytes that the client has not taken yet: for a sender who has much, and waits.
    package var pendingBytes: Int {
        loop.checkIsolated()
        return connection?.pendingBytes ?? 0
    }

    /// Queues bytes of the body. False when the stream has ended, or ends because the client is too far behind.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        loop.checkIsolated()
        return connection?.writeStream(bytes) ?? false
    }

    /// The body is complete. Does nothing when the stream has ended.
    package func end() {
        loop.checkIsolated()
        let connection = connection
        detach()
        connection?.endStream()
    }

    func finish(_ end: End) {
        let onEnd = onEnd
        detach()
        onEnd?(end)
    }

    private func detach() {
        connection = nil
        onEnd = nil
    }
}
