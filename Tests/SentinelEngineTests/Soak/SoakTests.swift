import Glibc
import SentinelCore
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelEngine

/// What must hold whatever dies: every alert once, every block, every event counted, none else.
///
/// Small by default; with `SENTINEL_SOAK=1` in the environment 200,000 events and 100 kills. The choice of moments is
/// random each time: it must not matter.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct SoakTests {
    private static let isFull = getenv("SENTINEL_SOAK").map { String(cString: $0) } == "1"

    private enum Disruption {
        case killCoordinator, freezeCoordinator, killRedis
    }

    @Test
    func `coordinators that die at any moment lose no alert and repeat none`() async throws {
        try await withRedisServer { server in
            try await survive(
                server, events: Self.isFull ? 200_000 : 10_000,
                Array(repeating: .killCoordinator, count: Self.isFull ? 100 : 5)
                    + Array(repeating: .freezeCoordinator, count: Self.isFull ? 10 : 1))
        }
    }

    @Test
    func `a Redis that dies at any moment loses nothing it has acknowledged`() async throws {
        try await withRedisServer(["--appendonly", "yes", "--appendfsync", "always"]) { server in
            try await survive(
                server, events: Self.isFull ? 200_000 : 5_000,
                Array(repeating: .killRedis, count: Self.isFull ? 20 : 2)
                    + Array(repeating: .killCoordinator, count: Self.isFull ? 100 : 2))
        }
    }

    private func survive(_ server: RedisServer, events: Int, _ disruptions: [Disruption]) async throws {
        let keys = Keys(namespace: "soak")
        let calls = Calls(client: server.client(), keys: keys)
        let known = KnownAbuse(events: events, seed: 20_261_121)
        // Both must be there before the first event: the coordinators may come too late to load the library.
        _ = try await LibraryLoader(client: calls.client, keys: keys).load(.standard)
        _ = try await calls.client.call("SET", keys.clock, "replay")
        let crew = Crew(server, calls)
        try await crew.start()
        do {
            async let acknowledged = Feeder(calls: Calls(client: server.client(), keys: keys)).feed(known.items)
            for (place, disruption) in disruptions.shuffled().enumerated() {
                // One in each part of the log, somewhere in it, and in any phase of a batch.
                let mark = (Double(place) + .random(in: 0..<0.9)) * Double(events) / Double(disruptions.count)
                try await wait(until: Int64(mark), calls, server.loop)
                try await server.loop.sleep(for: .microseconds(.random(in: 0...30_000)))
                switch disruption {
                case .killCoordinator: try await crew.killOwner()
                case .freezeCoordinator: #expect(try await crew.freezeOwner())
                case .killRedis:
                    await server.kill9()
                    try await server.start()
                }
            }
            #expect(try await acknowledged == known.items.count)
            try await wait(until: Int64(known.items.count), calls, server.loop)
        } catch {
            Issue.record("\(error)\n\(await crew.journal())")
        }
        await crew.stop()
        try await check(known, try await Outcome(calls), calls)
    }

    private func check(_ known: KnownAbuse, _ outcome: Outcome, _ calls: Calls) async throws {
        let total = Int64(known.items.count)
        #expect(outcome.logged == total)
        #expect(outcome.read == total)
        #expect(outcome.isAtEnd)
        #expect(outcome.statistics["events"] == total)
        #expect(outcome.statistics["dropped"] == nil)

        #expect(outcome.sequence == Array(1...Int64(known.incidents.count)))
        #expect(outcome.alerts.allSatisfy { $0.change == "opened" })
        let alerts = Dictionary(outcome.alerts.map { ($0.incident, 1) }, uniquingKeysWith: +)
        expectEqual(alerts, known.incidents.mapValues { _ in 1 }, "alerts")
        expectEqual(outcome.incidents, known.incidents.mapValues { [$0] }, "incidents")
        expectEqual(outcome.blocks, known.blocks, "blocks")
        for rule in Set(known.incidents.keys.map(\.rule)) {
            let flags = known.incidents.filter { $0.key.rule == rule }.map(\.value).reduce(0, +)
            #expect(outcome.statistics["flag:\(rule)"] == Int64(flags), "flags of \(rule)")
        }

        for (user, posts) in known.posts where known.blocks["user:\(user)"] == nil {
            let reply = try await calls.call(
                "sentinel_check", readOnly: true, ["kind", "content", "user", user, "at", posts.at])
            let remaining = try reply["remaining"]?.int
            #expect(remaining == 20 - posts.count, "posts of \(user)")
        }
    }

    /// Tells the differences, not the whole.
    private func expectEqual<Key: Hashable, Value: Equatable>(
        _ found: [Key: Value], _ expected: [Key: Value], _ what: Comment
    ) {
        let missing = expected.filter { found[$0.key] != $0.value }
        let surplus = found.filter { expected[$0.key] != $0.value }
        #expect(!expected.isEmpty, what)
        #expect(missing.isEmpty, what)
        #expect(surplus.isEmpty, what)
    }

    /// Waits until so many entries of the log are committed. Redis may be away meanwhile.
    private func wait(until mark: Int64, _ calls: Calls, _ loop: EventLoop) async throws {
        var best: Int64 = -1
        var deadline = ContinuousClock.now + .seconds(30)
        while true {
            let read = (try? await Progress(calls))?.read ?? -1
            if read >= mark { return }
            if read > best {
                best = read
                deadline = .now + .seconds(30)
            }
            guard ContinuousClock.now < deadline else {
                throw RedisError(.timeout, "the log is read up to \(read), not to \(mark)")
            }
            try await loop.sleep(for: .milliseconds(2))
        }
    }
}
