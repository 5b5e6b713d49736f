package import SentinelIO

/// One connection to Redis, shared by many tasks, on a loop.
///
/// Calls from actors of the same loop change no thread, and what is sent within one turn of the loop leaves in one
/// write. The connection is made with the first call, and made again whenever it breaks: while there is none, requests
/// wait up to their timeout. A request under way when the connection breaks fails with `connectionLost` and is never
/// sent again by itself, for nobody can know whether it was executed; callers whose request does no harm twice use
/// `send(_:retrying:)`.
///
/// `close()` it when done; so does the last reference that goes.
package actor RedisClient {
    package nonisolated let loop: EventLoop
    package nonisolated let configuration: RedisConfiguration
    private let requests: RedisRequestQueue

    /// Makes a client; does not connect yet.
    package init(_ configuration: RedisConfiguration, on loop: EventLoop) {
        self.loop = loop
        self.configuration = configuration
        requests = RedisRequestQueue(configuration, on: loop)
    }

    isolated deinit {
        requests.close()
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Sends the commands together and returns their replies in the same order. Error replies stand in their place.
    ///
    /// `timeout` is from now to the last reply; the configuration's unless given.
    /// Throws `connectionRefused`, `connectTimeout`, `timeout`, `connectionLost`, `queueFull`, `protocolError`,
    /// `closed`, `cancelled`, and what a wrong user, password or database is answered with.
    package func send(_ pipeline: RedisPipeline, timeout: Duration? = nil) async throws(RedisError) -> [RedisReply] {
        if pipeline.count == 0 { return [] }
        if Task.isCancelled { throw Self.cancelled(configuration) }
        let request = RequestBox()
        let start = configuration.onReply == nil ? nil : ContinuousClock.now
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let made = RedisRequest(pipeline, timeout: timeout ?? configuration.requestTimeout) {
                    continuation.resume(returning: $0)
                }
                request.value = made
                requests.submit(made)
                // A handler that was called before may have found no request.
                if Task.isCancelled { made.fail(Self.cancelled(configuration)) }
            }
        } onCancel: {
            loop.execute { [configuration] in request.value?.fail(Self.cancelled(configuration)) }
        }
        if let start, case .success = outcome { configuration.onReply?(start.duration(to: .now)) }
        return try outcome.get()
    }

    /// Sends one command: its name and its arguments. Throws the error if that is the reply, else as `send` does.
    package func call(
        _ name: String,
        _ arguments: any RedisArgument...,
        timeout: Duration? = nil
    ) async throws(RedisError) -> RedisReply {
        var pipeline = RedisPipeline()
        pipeline.append(name, arguments)
        return try await send(pipeline, timeout: timeout)[0].orThrow()
    }

    /// Sends like ``send(_:timeout:)``, but leaves the replies to be awaited later. What is sent from now on comes after it.
    package func begin(_ pipeline: RedisPipeline) -> RedisReplies {
        let replies = RedisReplies(on: loop)
        if pipeline.count == 0 {
            replies.end(.success([]))
            return replies
        }
        let start = configuration.onReply == nil ? nil : ContinuousClock.now
        requests.submit(
            RedisRequest(pipeline, timeout: configuration.requestTimeout) { [configuration] outcome in
                if let start, case .success = outcome { configuration.onReply?(start.duration(to: .now)) }
                replies.end(outcome)
            })
        return replies
    }

    /// Closes the connection. What waits or is under way fails with `closed`, and so does every later call.
    package func close() {
        requests.close()
    }

    static func cancelled(_ configuration: RedisConfiguration) -> RedisError {
        RedisError(.cancelled, "the waiting task was cancelled", address: configuration.address.description)
    }
}

/// Carries the request to the cancellation handler. Unchecked: written and read on the loop's thread only.
private final class RequestBox: @unchecked Sendable {
    var value: RedisRequest?
}
