import SentinelCore
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelEngine

struct EdgeLookoutTests {
    @Test func `an edge that falls behind has one alert, whoever looks and however often`() async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(.standard)
            let now = try await calls.now()
            // Blocks of a minute ago, for which the namespace must be open to other clocks.
            _ = try await calls.client.call("SET", calls.keys.clock, "replay")
            for user in ["a", "b"] {
                _ = try await calls.call("sentinel_block", ["subject", "user:\(user)", "at", now - 60_000])
            }
            _ = try await calls.client.call("DEL", calls.keys.clock)
            try await calls.note(
                [
                    EdgeState(name: "proxy-1", applied: 2, seen: now, way: .stream),
                    EdgeState(name: "proxy-2", applied: 1, seen: now, way: .nft),
                ], now: now)
            let lookouts = (0..<2).map { _ in
                EdgeLookout(keys: calls.keys, redis: server.configuration, on: server.loop, journal: .silent)
            }
            for _ in 0..<3 {
                for lookout in lookouts { try await lookout.look() }
            }
            let alerts = try await calls.alerts(after: 0, atMost: 10).alerts
            #expect(alerts.map(\.subject) == ["edge:proxy-2"])
            #expect(alerts.first?.change == "edge")
            #expect(alerts.first?.rule == "edge_behind")
            #expect(alerts.first?.severity == .high)
            #expect(alerts.first?.json["evidence"]?["changes"] == .int(1))
            for lookout in lookouts { await lookout.close() }
            await calls.client.close()
        }
    }
}
