package import SentinelCore
package import SentinelIO
package import SentinelRedis

/// Looks after all edges of a namespace, whoever serves them, and sees to an alert when one falls behind.
///
/// Every process looks; that an edge has one alert for as long as it is behind, Redis sees to.
package actor EdgeLookout {
    package nonisolated let loop: EventLoop
    private let calls: Calls
    private let journal: Journal
    private let pause: Duration
    private var behind: Set<String> = []
    private var complaint = Complaint()

    /// - Parameter pause: between looks; well below the minute after which an episode ends.
    package init(
        keys: Keys, redis: RedisConfiguration, on loop: EventLoop, journal: Journal, pause: Duration = .seconds(5)
    ) {
        self.loop = loop
        self.journal = journal
        self.pause = pause
        calls = Calls(client: RedisClient(redis, on: loop), keys: keys)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Works until the task is cancelled, through every failure.
    package func run() async {
        while !Task.isCancelled {
            do throws(RedisError) {
                try await look()
                complaint.hasPassed()
            } catch {
                complaint.say(error, "edges cannot be looked after", to: journal)
            }
            try? await loop.sleep(for: pause)
        }
        await close()
    }

    func close() async { await calls.client.close() }

    /// One look at all of them.
    package func look() async throws(RedisError) {
        let late = try await calls.edgeLags().filter(\.isBehind)
        for lag in late { _ = try await calls.tellLate(lag) }
        let names = Set(late.map(\.edge.name))
        for name in names.subtracting(behind).sorted() {
            journal.warning("edge \(name) falls behind: see 'sentinel edge ls'")
        }
        for name in behind.subtracting(names).sorted() { journal.info("edge \(name) caught up") }
        behind = names
    }
}
