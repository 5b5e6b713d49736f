package import SentinelCore
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// What `sentinel run` is: the function library in place, and a coordinator for the partition.
package struct Daemon: Sendable {
    package var keys: Keys
    package var policy: Policy
    /// Unique among all processes that work on this namespace.
    package var owner: String
    package var redis: RedisConfiguration
    package var journal: Journal
    /// After this long without a sign of life another coordinator takes over; 100 ms to 10 min.
    package var leaseTime: Duration = .seconds(3)

    package init(keys: Keys, policy: Policy, owner: String, redis: RedisConfiguration, journal: Journal) {
        self.keys = keys
        self.policy = policy
        self.owner = owner
        self.redis = redis
        self.journal = journal
    }

    /// Works until the task is cancelled. `ready` is called once, when the library is in place.
    ///
    /// Throws when Redis cannot be reached at the start, or runs a newer library than this build's, then or later.
    package func run(on loop: EventLoop, ready: @Sendable () -> Void = {}) async throws {
        let client = RedisClient(redis, on: loop)
        defer { Task { await client.close() } }
        switch try await LibraryLoader(client: client, keys: keys).load(policy) {
        case .loaded: journal.info("function library \(LibrarySource.version) loaded")
        case .current: break
        case .newer(let version):
            throw LifecycleError(
                "Redis runs function library \(version), this build has \(LibrarySource.version): use the newer sentinel"
            )
        }
        ready()
        var configuration = Coordinator.Configuration(keys: keys, policy: policy, owner: owner)
        configuration.leaseTime = leaseTime
        try await Coordinator(configuration, redis: redis, on: loop, journal: journal).run()
    }
}
