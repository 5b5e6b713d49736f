package import SentinelIO

/// Listens to channels, on a connection of its own. Connects again and subscribes again by itself.
///
/// One consumer reads `pushes`. `close()` it when done; so does the last reference that goes.
package actor RedisSubscriber {
    package nonisolated let loop: EventLoop
    private let subscriptions: RedisSubscriptions

    /// Makes a subscriber; does not connect yet. At most `bufferCount` messages, and `bufferBytes` of them, wait for
    /// the consumer; beyond that the oldest are dropped.
    package init(
        _ configuration: RedisConfiguration,
        on loop: EventLoop,
        bufferCount: Int = 1024,
        bufferBytes: Int = 16 << 20
    ) {
        self.loop = loop
        let buffer = RedisPushBuffer(maxCount: bufferCount, maxBytes: bufferBytes)
        subscriptions = RedisSubscriptions(configuration, on: loop, buffer: buffer)
    }

    isolated deinit {
        subscriptions.close()
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Listens to a channel from now on, and returns when the server has confirmed it.
    ///
    /// Throws when that takes longer than the request timeout; the channel is subscribed all the same as soon as there
    /// is a connection, unless the server refused it (`noPermission`) or the subscriber was closed.
    package func subscribe(to channel: String) async throws(RedisError) {
        try await subscribe(RedisTopic(name: channel, isPattern: false))
    }

    /// Listens to all channels that match a glob pattern. Else as `subscribe(to:)`.
    package func subscribe(toPattern pattern: String) async throws(RedisError) {
        try await subscribe(RedisTopic(name: pattern, isPattern: true))
    }

    /// Listens to a channel no more. Messages that are under way may still come.
    package func unsubscribe(from channel: String) {
        subscriptions.remove(RedisTopic(name: channel, isPattern: false))
    }

    /// Listens to a pattern no more.
    package func unsubscribe(fromPattern pattern: String) {
        subscriptions.remove(RedisTopic(name: pattern, isPattern: true))
    }

    /// What arrives, until the subscriber is closed or the reading task is cancelled.
    package nonisolated var pushes: RedisPushes { RedisPushes(subscriber: self) }

    /// Ends the subscriptions. The consumer sees what was buffered, then the end.
    package func close() {
        subscriptions.close()
    }

    private func subscribe(_ topic: RedisTopic) async throws(RedisError) {
        let outcome = await withCheckedContinuation { subscriptions.add(topic, $0) }
        try outcome.get()
    }

    fileprivate func next() async -> RedisPush? {
        await withTaskCancellationHandler {
            await withCheckedContinuation {
                subscriptions.read($0)
                // A handler that was called before may have run by now.
                if Task.isCancelled { subscriptions.cancelReading() }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.subscriptions.cancelReading() } }
        }
    }
}

/// The pushes of a subscriber. For one reader.
package struct RedisPushes: AsyncSequence, Sendable {
    fileprivate let subscriber: RedisSubscriber

    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let subscriber: RedisSubscriber

        package func next() async -> RedisPush? {
            if Task.isCancelled { return nil }
            return await subscriber.next()
        }

        package func next(isolation actor: isolated (any Actor)?) async -> RedisPush? {
            if Task.isCancelled { return nil }
            return await subscriber.next()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscriber: subscriber) }
}
