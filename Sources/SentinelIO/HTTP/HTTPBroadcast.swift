/// Writes the same bytes to many streams, a few in each turn of the loop: a message to a thousand subscribers takes some
/// milliseconds of system calls, for which a request must not have to wait.
///
/// Unchecked: lives on the loop's thread, except `init`, and its streams trap elsewhere.
package final class HTTPBroadcast: @unchecked Sendable {
    /// Writes per turn of the loop.
    private static let piece = 16
    /// Messages that may be under way; beyond it the oldest goes out at once.
    private static let maximumWaiting = 256

    private let loop: EventLoop
    private var streams: [HTTPStream] = []
    private var waiting: [(bytes: [UInt8], streams: ArraySlice<HTTPStream>)] = []
    /// A further turn is to come.
    private var isGoing = false

    package init(on loop: EventLoop) {
        self.loop = loop
    }

    /// How many streams are listening.
    package var count: Int {
        streams.removeAll { !$0.isOpen }
        return streams.count
    }

    /// The stream gets every message from now on, until it ends.
    package func add(_ stream: HTTPStream) {
        loop.checkIsolated()
        streams.append(stream)
    }

    /// Sends a message to all streams. Each gets its messages in order.
    package func send(_ bytes: [UInt8]) {
        loop.checkIsolated()
        streams.removeAll { !$0.isOpen }
        if streams.isEmpty { return }
        waiting.append((bytes, streams[...]))
        if waiting.count > Self.maximumWaiting {
            let oldest = waiting.removeFirst()
            for stream in oldest.streams { stream.write(oldest.bytes) }
        }
        if !isGoing { goOn() }
    }

    private func goOn() {
        for stream in waiting[0].streams.prefix(Self.piece) { stream.write(waiting[0].bytes) }
        waiting[0].streams = waiting[0].streams.dropFirst(Self.piece)
        if waiting[0].streams.isEmpty { waiting.removeFirst() }
        isGoing = !waiting.isEmpty
        guard isGoing else { return }
        // A timer, for queued work would be done before the loop looks at its sockets.
        LoopTimer(on: loop) { self.goOn() }.start(after: .zero)
    }
}
