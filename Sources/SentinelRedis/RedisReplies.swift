internal import SentinelIO

/// What ``RedisClient/begin(_:)`` has sent, on its way or answered.
///
/// For actors of the client's loop. Unchecked: touched on the loop's thread only.
package final class RedisReplies: @unchecked Sendable {
    private let loop: EventLoop
    private var outcome: RedisRequest.Outcome?
    private var waiting: [CheckedContinuation<RedisRequest.Outcome, Never>] = []

    init(on loop: EventLoop) {
        self.loop = loop
    }

    /// The replies, in the order of the commands; error replies stand in their place. Throws as `send` does, but is not cancelled.
    package func all() async throws(RedisError) -> [RedisReply] {
        loop.checkIsolated()
        if let outcome { return try outcome.get() }
        return try await withCheckedContinuation { waiting.append($0) }.get()
    }

    func end(_ outcome: RedisRequest.Outcome) {
        self.outcome = outcome
        for continuation in waiting { continuation.resume(returning: outcome) }
        waiting.removeAll()
    }
}
