import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

/// Alerts as server-sent events.
struct AlertsRouteTests {
    private static func raise(_ host: APIHost, _ number: Int) async throws {
        _ = try await host.calls.call(
            "sentinel_raise",
            ["rule", "duplicate_content", "subject", "user:\(number)", "event", "\(number)-1", "at", number])
    }

    private static func follow(_ host: APIHost, _ fields: String = "") async throws -> RawClient {
        try await RawClient.connect(
            to: host.api.endpoint, on: host.server.loop,
            sending: "GET /v1/alerts HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
    }

    /// Raises alerts until one comes: before the feed stands there is nobody to tell of them.
    private static func waitForFeed(_ host: APIHost) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await host.calls.client.call("PUBSUB", "NUMSUB", host.calls.keys.alerts).array[1].int == 0 {
            try #require(ContinuousClock.now < deadline)
        }
    }

    @Test func `who follows gets every alert, with its number`() async throws {
        try await APIHost.with { host in
            try await Self.waitForFeed(host)
            let client = try await Self.follow(host)
            let head = try #require(await client.read(until: ": alerts\n\n"))
            #expect(head.contains("Content-Type: text/event-stream\r\n"))
            try await Self.raise(host, 1)
            let first = try #require(await client.read(until: "}\n\n"))
            #expect(first.contains("id: 1\nevent: alert\ndata: {\"seq\":1,"))
            #expect(first.contains("\"subject\":\"user:1\""))
            try await Self.raise(host, 2)
            #expect(await client.read(until: "}\n\n")?.contains("id: 2\n") == true)
            await client.close()
        }
    }

    @Test func `who comes back with the last number gets what he missed, once, and then goes on`() async throws {
        try await APIHost.with { host in
            for number in 1...5 { try await Self.raise(host, number) }
            try await Self.waitForFeed(host)
            let client = try await Self.follow(host, "Last-Event-ID: 3\r\n")
            let missed = try #require(await client.read(until: "id: 5\n"))
            #expect(missed.contains("id: 4\n"))
            #expect(!missed.contains("id: 3\n"))
            #expect(!missed.contains("event: lost"))
            _ = await client.read(until: "}\n\n")
            try await Self.raise(host, 6)
            let next = try #require(await client.read(until: "id: 6\n"))
            #expect(!next.contains("id: 5\n"))
            await client.close()
        }
    }

    @Test func `what the log no longer holds is told as lost`() async throws {
        try await APIHost.with { host in
            for number in 1...5 { try await Self.raise(host, number) }
            _ = try await host.calls.client.call("XTRIM", host.calls.keys.alertsLog, "MAXLEN", 2)
            let client = try await Self.follow(host, "Last-Event-ID: 1\r\n")
            let missed = try #require(await client.read(until: "id: 5\n"))
            #expect(missed.contains("event: lost\ndata: {\"lost\":2}\n\n"))
            #expect(missed.contains("id: 4\n"))
            await client.close()
        }
    }

    @Test func `who knows a number that is not there yet is told that they began anew, and gets all there are`()
        async throws
    {
        try await APIHost.with { host in
            for number in 1...2 { try await Self.raise(host, number) }
            try await Self.waitForFeed(host)
            let client = try await Self.follow(host, "Last-Event-ID: 5000\r\n")
            let all = try #require(await client.read(until: "id: 2\n"))
            #expect(all.contains("event: renumbered\n"))
            #expect(all.contains("id: 1\n"))
            #expect(!all.contains("event: lost"))
            _ = await client.read(until: "}\n\n")
            try await Self.raise(host, 3)
            #expect(await client.read(until: "id: 3\n") != nil)
            await client.close()
        }
    }

    @Test func `a number that is none is refused`() async throws {
        try await APIHost.with { host in
            let client = try await Self.follow(host, "Last-Event-ID: last\r\n")
            #expect(await client.read(until: "\r\n\r\n")?.hasPrefix("HTTP/1.1 400 ") == true)
            await client.close()
        }
    }
}
