import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

/// What a Swift program does with the library: record, check, and hear of alerts.
@Suite(.timeLimit(.minutes(1)))
struct LibraryUseTests {
    @Test func `a Swift program records, checks, and hears the alert that a coordinator raises`() async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(.standard)
            let coordinator = Coordinator(
                .init(keys: calls.keys, policy: .standard, owner: "test"), redis: server.configuration, on: server.loop,
                journal: .silent)
            let work = Task { try await coordinator.run() }
            let subscriber = server.subscriber()
            try await subscriber.subscribe(to: calls.keys.alerts)

            let now = try await calls.now()
            let post = Event(
                kind: "content", user: Array("ada".utf8), ip: Array("203.0.113.7".utf8), created: now - 1000)
            #expect(try await calls.check(post).remaining == 20)
            let verdict = try await calls.record(post)
            #expect(verdict.decision == .allow)
            #expect(verdict.remaining == 19)

            var feed = AlertFeed(calls: calls, subscriber: subscriber)
            var heard: Alert?
            try await feed.run(from: .number(1)) { item in
                if case .alert(let alert) = item { heard = alert }
                return heard == nil
            }
            #expect(heard?.rule == "bot_behavior")
            #expect(heard?.subject == "user:ada")
            #expect(try await calls.check(post).decision == .block)

            work.cancel()
            _ = await work.result
            await subscriber.close()
            await calls.client.close()
        }
    }
}
