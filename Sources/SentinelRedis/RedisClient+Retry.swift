internal import SentinelIO

/// How often, and how long apart, a request is sent again.
package struct RedisRetry: Equatable, Sendable {
    /// Tries in all, the first included.
    package var tries: Int
    package var backoff: Backoff

    package init(tries: Int = 5, backoff: Backoff = Backoff(initial: .milliseconds(50), limit: .seconds(1))) {
        self.tries = tries
        self.backoff = backoff
    }
}

extension RedisClient {
    /// As `send`, but tries again after errors that may pass (`isRetriable`), those among the replies included.
    ///
    /// Only for commands that do no harm when they are executed twice: a try that failed may have been executed.
    /// Each try has its own timeout. After the last one the error is thrown, or the replies are returned as they are.
    package func send(
        _ pipeline: RedisPipeline,
        timeout: Duration? = nil,
        retrying retry: RedisRetry
    ) async throws(RedisError) -> [RedisReply] {
        var failures = 0
        while true {
            do throws(RedisError) {
                let replies = try await send(pipeline, timeout: timeout)
                let mayPass = replies.contains { if case .error(let error) = $0 { error.isRetriable } else { false } }
                if !mayPass || failures + 1 >= retry.tries { return replies }
            } catch {
                guard error.isRetriable, failures + 1 < retry.tries else { throw error }
            }
            failures += 1
            do throws(CancellationError) {
                try await loop.sleep(
                    for: retry.backoff.delay(afterFailures: failures, randomness: .random(in: 0...1))
                )
            } catch {
                guard !Task.isCancelled else { throw Self.cancelled(configuration) }
                throw RedisError(.closed, "the loop has stopped", address: configuration.address.description)
            }
        }
    }
}
