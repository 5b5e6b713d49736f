/// One pipeline on its way: what was asked, what has come back, and who waits.
///
/// Unchecked: touched on the loop's thread only; a cancellation handler carries a reference there.
final class RedisRequest: @unchecked Sendable {
    typealias Outcome = Result<[RedisReply], RedisError>

    let pipeline: RedisPipeline
    let timeout: Duration
    let deadline: ContinuousClock.Instant
    private var replies: [RedisReply] = []
    private var whenDone: ((Outcome) -> Void)?

    /// - Parameter whenDone: called once, on the loop.
    init(_ pipeline: RedisPipeline, timeout: Duration, whenDone: @escaping (Outcome) -> Void) {
        self.pipeline = pipeline
        self.timeout = timeout
        self.whenDone = whenDone
        deadline = .now + timeout
        replies.reserveCapacity(pipeline.count)
    }

    /// Nobody waits any more: cancelled. If it was sent, its replies still come and must be counted.
    var isAbandoned: Bool { whenDone == nil }

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
        whenDone.take()?(outcome)
    }
}
