/// One pipeline on its way: what was asked, what has come back, and who waits.
///
/// Unchecked: touched on the loop's thread only; a cancellation handler carries a reference there.
final class RedisRequest: @unchecked Sendable {
    typealias Outcome = Result<[RedisReply], RedisError>

    let pipeline: RedisPipeline
    let timeout: Duration
    let deadline: ContinuousClock.Instant
    private var replies: [RedisReply] = []
    private var continuation: CheckedContinuation<Outcome, Never>?

    init(_ pipeline: RedisPipeline, timeout: Duration, continuation: CheckedContinuation<Outcome, Never>) {
        self.pipeline = pipeline
        self.timeout = timeout
        self.continuation = continuation
        deadline = .now + timeout
        replies.reserveCapacity(pipeline.count)
    }

    /// Nobody waits any more: cancelled. If it was sent, its replies still come and must be counted.
    var isAbandoned: Bool { continuation == nil }

    /// Takes the next reply. True when that was the last one; the caller that waits has been resumed then.
    func receive(_ reply: RedisReply) -> Bool {
        replies.append(reply)
        guard replies.count == pipeline.count else { return false }
        end(.success(replies))
        return true
    }

    func fail(_ error: RedisError) {
        end(.failure(error))
    }

    private func end(_ outcome: Outcome) {
        continuation.take()?.resume(returning: outcome)
    }
}
