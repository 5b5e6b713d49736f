import SentinelCore
import SentinelIO
import SentinelRedis
import Synchronization
import TestSupport

@testable import SentinelEngine

/// A real Redis with a namespace on the clock of the events, and coordinators in this process.
struct Stage {
    let server: RedisServer
    let calls: Calls
    let policy: Policy
    let journal = Lines()

    /// What the coordinators say.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        var journal: Journal { Journal { level, text in self.lines.withLock { $0.append("\(level): \(text)") } } }
        func contain(_ text: String) -> Bool { lines.withLock { $0.contains { $0.contains(text) } } }
    }

    /// Runs `body` with the library loaded and no coordinator at work.
    static func with(policy: Policy = .standard, body: (Stage) async throws -> Void) async throws {
        try await withRedisServer(["--enable-debug-command", "yes"]) { server in
            let calls = Calls(client: server.client(), keys: Keys(namespace: "stage"))
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(PolicyDocument(policy))
            _ = try await calls.client.call("SET", calls.keys.clock, "replay")
            try await body(Stage(server: server, calls: calls, policy: policy))
        }
    }

    /// Starts a coordinator. The task's value is why it ended: nil for a cancellation.
    func coordinator(
        _ owner: String = "one", lease: Duration = .milliseconds(300), batch: Int = 512, cache: Int = 50_000
    ) -> Task<RedisError?, Never> {
        var configuration = Coordinator.Configuration(keys: calls.keys, policy: PolicyDocument(policy), owner: owner)
        configuration.leaseTime = lease
        configuration.batch = batch
        configuration.cachedHistories = cache
        let coordinator = Coordinator(
            configuration, redis: server.configuration, on: server.loop, journal: journal.journal)
        return Task {
            do throws(RedisError) {
                try await coordinator.run()
                return nil
            } catch {
                return error
            }
        }
    }

    /// Posts of one user, each with a text of its own, once a minute from a time on.
    func posts(_ count: Int, by user: String, from start: Int64) -> [KnownAbuse.Item] {
        var random = SeededGenerator(seed: UInt64(bitPattern: start) ^ StableHash.of(Array(user.utf8)))
        return (0..<count).map { place in
            let text = (0..<60).map { _ in UInt8.random(in: 97...122, using: &random) }
            return .event(
                Event(at: start + Int64(place) * 60_000, kind: "content", user: Array(user.utf8), text: text))
        }
    }

    func feed(_ items: [KnownAbuse.Item]) async throws {
        _ = try await Feeder(calls: calls).feed(items)
    }

    /// Waits until the log is read to its end.
    func settle() async throws {
        try await wait("the log to be read") {
            guard let progress = try? await Progress(calls) else { return false }
            return progress.cursor == progress.last
        }
    }

    /// Waits for something that others bring about.
    func wait(_ what: String, until isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else { throw RedisError(.timeout, "waited in vain for \(what)") }
            try await server.loop.sleep(for: .milliseconds(1))
        }
    }

    func owner() async throws -> String? {
        let reply = try await calls.client.call("HGET", calls.keys.lease, "owner")
        return reply.isNull ? nil : try reply.string
    }

    func isBlocked(_ user: String) async throws -> Bool {
        try await calls.client.call("EXISTS", "stage:block:user:\(user)").int == 1
    }

    /// Redis' answer to a call of the library that fails.
    func refusal(_ function: String, _ arguments: [any RedisArgument]) async -> RedisError? {
        do throws(RedisError) {
            _ = try await calls.call(function, arguments)
            return nil
        } catch {
            return error
        }
    }
}
