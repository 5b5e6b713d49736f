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

    private static func follow(
        _ host: APIHost, _ fields: String = "", query: String = ""
    ) async throws -> RawClient {
        try await RawClient.connect(
            to: host.api.endpoint, on: host.server.loop,
            sending: "GET /v1/alerts\(query) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
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

    private static func raise(
        _ host: APIHost, _ rule: String, _ number: Int, evidence: String = "{}"
    ) async throws {
        _ = try await host.calls.call(
            "sentinel_raise",
            [
                "rule", rule, "subject", "user:\(number)", "event", "\(number)-1", "at", number, "evidence", evidence,
            ])
    }

    @Test(arguments: ["severity=4", "module=content", "rule=malicious_content", "subject=user:3"])
    func `who asks for some gets only those, missed ones and new ones`(filter: String) async throws {
        try await APIHost.with { host in
            try await Self.raise(host, 1)
            try await Self.raise(host, 2)
            try await Self.raise(host, "malicious_content", 3)
            try await Self.waitForFeed(host)
            let client = try await Self.follow(host, "Last-Event-ID: 0\r\n", query: "?\(filter)")
            let missed = try #require(await client.read(until: "}\n\n"))
            #expect(missed.contains("id: 3\nevent: alert\n"))
            #expect(!missed.contains("id: 1\n"))
            try await Self.raise(host, 4)
            _ = try await host.calls.call("sentinel_unblock", ["subject", "user:3"])
            let now = try await host.calls.now()
            _ = try await host.calls.call(
                "sentinel_raise",
                ["rule", "malicious_content", "subject", "user:3", "event", "\(now + 1000)-1", "at", now + 1000])
            let next = try #require(await client.read(until: "id: 5\nevent: alert\n"))
            #expect(!next.contains("id: 4\n"))
            await client.close()
        }
    }

    @Test func `who hears of nothing still hears that the connection lives, and how far the numbers are`()
        async throws
    {
        try await APIHost.with(heartbeat: .milliseconds(20)) { host in
            try await Self.waitForFeed(host)
            let all = try await Self.follow(host)
            let few = try await Self.follow(host, query: "?severity=4")
            for client in [all, few] { _ = try #require(await client.read(until: ": alerts\n\n")) }
            #expect(await all.read(until: ": \n\n") != nil)
            try await Self.raise(host, 1)
            let sign = try #require(await few.read(until: ": \n\nid: 1\n\n"))
            #expect(!sign.contains("event: alert"))
            for client in [all, few] { await client.close() }
        }
    }

    @Test func `who takes nothing is cut off, others are not, and he goes on where he was`() async throws {
        let folder = TemporaryDirectory()
        try await APIHost.with(at: "unix:\(folder.path)/api.sock") { host in
            try await Self.waitForFeed(host)
            let slow = try await Self.follow(host)
            _ = try #require(await slow.read(until: ": alerts\n\n"))
            await slow.stopReading()
            let quick = try await Self.follow(host)
            _ = try #require(await quick.read(until: ": alerts\n\n"))
            let evidence = "{\"x\":\"" + String(repeating: "x", count: 16_000) + "\"}"
            var number = 0
            // More than the kernel and the server hold for one who does not read.
            while number < 200 {
                number += 1
                try await Self.raise(host, "duplicate_content", number, evidence: evidence)
                #expect(await quick.read(until: "id: \(number)\n") != nil)
            }
            let metrics = try await host.get("/metrics")
            #expect(metrics.body.contains("sentinel_alert_followers 1\n"))
            var last = 0
            var rounds = 0
            // Each round gets a bounded piece, and ends; the next goes on behind it.
            while last < 200, rounds < 100 {
                rounds += 1
                let again = try await Self.follow(host, "Last-Event-ID: \(last)\r\nConnection: close\r\n")
                let text = last < 190 ? await again.readToEnd() : try #require(await again.read(until: "id: 200\n"))
                let ids = text.matches(of: /id: ([0-9]+)\nevent: alert/).compactMap { Int($0.1) }
                #expect(ids.first == last + 1)
                #expect(ids == Array((ids.first ?? 0)..<((ids.first ?? 0) + ids.count)))
                #expect(text.utf8.count < 200_000)
                last = last < 190 ? ids.last ?? 200 : 200
                await again.close()
            }
            #expect(rounds > 10)
            await quick.close()
        }
    }

    @Test func `who begins now is told the number to come back with, before any alert`() async throws {
        try await APIHost.with { host in
            for number in 1...3 { try await Self.raise(host, number) }
            for query in ["", "?severity=4"] {
                let client = try await Self.follow(host, query: query)
                let start = try #require(await client.read(until: "id: 3\n\n"))
                #expect(!start.contains("event:"))
                await client.close()
            }
        }
    }

    @Test func `who asks for a time gets what was raised since then`() async throws {
        try await APIHost.with { host in
            try await Self.raise(host, 1)
            let now = try await host.calls.now()
            while try await host.calls.now() <= now {}
            let time = try await host.calls.now()
            for number in 2...3 { try await Self.raise(host, number) }
            let client = try await Self.follow(host, query: "?since=\(time)")
            let missed = try #require(await client.read(until: "id: 3\n"))
            #expect(missed.contains("id: 2\nevent: alert\n"))
            #expect(!missed.contains("id: 1\n"))
            await client.close()
            let none = try await Self.follow(host, query: "?since=\(time + 3_600_000)")
            #expect(await none.read(until: "id: 3\n\n")?.contains("event:") == false)
            await none.close()
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
