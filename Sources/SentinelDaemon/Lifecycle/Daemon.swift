package import SentinelCore
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// What `sentinel run` is: the function library in place, a coordinator for the partition, a courier for alerts, and a
/// lookout for edges that fall behind.
package struct Daemon: Sendable {
    package var keys: Keys
    /// Applied at the start; nil to go by the one that Redis has, or by the built-in one where it has none.
    package var policy: PolicyDocument?
    /// Who applies it, for the audit log.
    package var admin = "sentinel"
    /// Unique among all processes that work on this namespace.
    package var owner: String
    package var redis: RedisConfiguration
    package var journal: Journal
    package var instruments = Instruments()
    /// After this long without a sign of life another coordinator takes over; 100 ms to 10 min.
    package var leaseTime: Duration = .seconds(3)
    /// How often the courier looks for alerts to send.
    package var courierPause: Duration = .milliseconds(500)

    package init(keys: Keys, policy: PolicyDocument?, owner: String, redis: RedisConfiguration, journal: Journal) {
        self.keys = keys
        self.policy = policy
        self.owner = owner
        self.redis = redis
        self.journal = journal
    }

    /// Works until the task is cancelled. `ready` is called once, when the library is in place, with the policy in force.
    ///
    /// Throws when Redis cannot be reached at the start, or runs a newer library than this build's, then or later.
    package func run(on loop: EventLoop, ready: @Sendable (Policy) -> Void = { _ in }) async throws {
        let client = RedisClient(redis, on: loop)
        defer { Task { await client.close() } }
        let document = try await policyInForce(LibraryLoader(client: client, keys: keys))
        ready(document.policy)
        var configuration = Coordinator.Configuration(keys: keys, policy: document, owner: owner)
        configuration.leaseTime = leaseTime
        configuration.instruments = instruments
        // A loop of its own: what a receiver of alerts costs, the coordinator does not pay.
        let outside = try EventLoop(name: "courier")
        let coordinator = Coordinator(configuration, redis: redis, on: loop, journal: journal)
        var rounds = Courier.Configuration(keys: keys, owner: owner)
        rounds.pause = courierPause
        rounds.instruments = instruments
        let courier = Courier(rounds, redis: redis, on: outside, journal: journal)
        let lookout = EdgeLookout(keys: keys, redis: redis, on: outside, journal: journal)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await Self.run(coordinator, courier, lookout)) } catch { outcome = .failure(error) }
        await outside.stop()
        try outcome.get()
    }

    private static func run(_ coordinator: Coordinator, _ courier: Courier, _ lookout: EdgeLookout) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coordinator.run() }
            group.addTask { await courier.run() }
            group.addTask { await lookout.run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func policyInForce(_ loader: LibraryLoader) async throws -> PolicyDocument {
        if let policy {
            let changes = try await loader.changes(to: policy)
            switch try await loader.apply(policy, by: admin, note: changes.map(\.description).joined(separator: "; ")) {
            case .loaded: journal.info("function library \(LibrarySource.version) loaded, policy applied")
            case .current: break
            case .newer(let version): throw newer(version)
            }
            return policy
        }
        switch try await loader.adopt(known: nil, else: .standard) {
        case .policy(let document, let hash):
            journal.info("function library \(LibrarySource.version), policy \(hash)")
            return document
        case .newer(let version): throw newer(version)
        case .unreadable(let hash, let problems):
            throw LifecycleError("Redis runs policy \(hash), which this build cannot read:\n\(problems)")
        case .unchanged: return .standard
        }
    }

    private func newer(_ version: Int64) -> LifecycleError {
        LifecycleError(
            "Redis runs function library \(version), this build has \(LibrarySource.version): use the newer sentinel")
    }
}
