import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

struct BlockStreamTests {
    private func poll(_ host: APIHost, _ cursor: String?, wait: Int = 0, edge: String = "e1") async throws -> JSONValue
    {
        let rest = cursor.map { "&cursor=\($0)" } ?? ""
        let answer = try await host.get("/v1/blocks/stream?edge=\(edge)&wait=\(wait)\(rest)")
        try #require(answer.status == 200, "\(answer.body)")
        return answer.json
    }

    private func subjects(_ piece: JSONValue) -> [String] {
        guard case .array(let items)? = piece["changes"] else { return [] }
        return items.map { "\($0["change"]?.text ?? "") \($0["subject"]?.text ?? "")" }
    }

    /// Polls until nothing more comes.
    private func all(_ host: APIHost, from cursor: String?) async throws -> (
        items: [String], cursor: String, pieces: Int
    ) {
        var items: [String] = []
        var cursor = cursor
        var pieces = 0
        while true {
            let piece = try await poll(host, cursor)
            items += subjects(piece)
            let next = piece["cursor"]?.text
            if next == cursor { return (items, next ?? "", pieces) }
            cursor = next
            pieces += 1
        }
    }

    @Test func `first all blocks come, in pieces, then every change in order`() async throws {
        try await APIHost.with { host in
            for number in 0..<700 { _ = try await host.block("ip:10.0.\(number / 250).\(number % 250)") }
            _ = try await host.calls.allow(try Subject(printable: "user:ada"), for: nil, by: "admin:t", note: nil)
            try await host.waitForMirror()
            let (list, cursor, pieces) = try await all(host, from: nil)
            // A change after the list may repeat what the list showed.
            #expect(Set(list.compactMap { $0.split(separator: " ").last }).count == 701)
            #expect(list.contains("allowed user:ada"))
            #expect(pieces >= 2)
            _ = try await host.block("user:eve")
            _ = try await host.calls.unblock(try Subject(printable: "ip:10.0.0.1"), by: "admin:t", note: nil)
            _ = try await host.calls.disallow(try Subject(printable: "user:ada"), by: "admin:t", note: nil)
            var seen: [String] = []
            var at = cursor
            while seen.count < 3 {
                let piece = try await poll(host, at, wait: 10)
                #expect(piece["begins"] == .bool(false))
                seen += subjects(piece)
                at = piece["cursor"]?.text ?? ""
            }
            #expect(seen == ["added user:eve", "lifted ip:10.0.0.1", "disallowed user:ada"])
        }
    }

    @Test func `a cursor goes on after a restart of the API, from the log`() async throws {
        try await APIHost.with { host in
            try await host.waitForMirror()
            _ = try await host.block("user:a")
            let entry = try await host.calls.changes(from: 1, count: 1)[0].position
            for name in ["b", "c"] { _ = try await host.block("user:\(name)") }
            let second = try await APIServerSibling.start(host)
            let answer = try await second.ask("/v1/blocks/stream?edge=x&wait=0&cursor=\(entry)")
            #expect(subjects(answer) == ["added user:b", "added user:c"])
            await second.stop()
        }
    }

    @Test func `a cursor of another time gets everything anew`() async throws {
        try await APIHost.with { host in
            _ = try await host.block("user:a")
            try await host.waitForMirror()
            for cursor in ["1.0", "99.abc", "nonsense", "5:1.2:3"] {
                let piece = try await poll(host, cursor)
                #expect(piece["begins"] == .bool(true), "\(cursor)")
                #expect(subjects(piece) == ["listed user:a"])
            }
        }
    }

    @Test func `edges are known by what they applied, and bad names are refused`() async throws {
        try await APIHost.with { host in
            try await host.waitForMirror()
            _ = try await host.block("user:a")
            _ = try await host.block("user:b")
            let changes = try await host.calls.changes(from: 1, count: 10)
            _ = try await poll(host, changes[0].position.description, edge: "proxy-1")
            let noted = try await host.ask(
                "POST", "/v1/blocks/applied?edge=proxy-2&cursor=\(changes[1].position)", type: nil)
            #expect(noted.status == 204)
            var lags: [EdgeLag] = []
            let deadline = ContinuousClock.now + .seconds(20)
            while lags.count < 2, ContinuousClock.now < deadline {
                lags = try await host.calls.edgeLags()
                try await host.server.loop.sleep(for: .milliseconds(20))
            }
            #expect(lags.map(\.edge.name) == ["proxy-1", "proxy-2"])
            #expect(lags.map(\.changes) == [1, 0])
            #expect(lags.map(\.edge.way) == [.poll, .stream])
            #expect(lags.first.map { $0.time > .zero } == true)
            let metrics = try await host.get("/metrics").body
            #expect(metrics.contains("sentinel_edge_lag_changes{edge=\"proxy-1\"} 1\n"))
            #expect(try await host.get("/v1/edges").body.contains("\"edge\":\"proxy-2\""))
            #expect(try await host.ask("DELETE", "/v1/edges/proxy-2", type: nil).status == 200)
            #expect(try await host.ask("DELETE", "/v1/edges/proxy-9", type: nil).status == 404)
            #expect(try await host.ask("DELETE", "/v1/edges/a%20b", type: nil).status == 400)
            #expect(try await host.get("/v1/blocks/stream?edge=a%20b").status == 400)
            #expect(try await host.get("/v1/blocks/stream").status == 400)
            #expect(try await host.ask("POST", "/v1/blocks/applied?edge=a&cursor=0:1.2").status == 400)
        }
    }

    @Test func `server-sent events bring the list, then changes, with cursors as ids`() async throws {
        try await APIHost.with { host in
            _ = try await host.block("user:a")
            try await host.waitForMirror()
            let client = try await RawClient.connect(
                to: host.api.endpoint, on: host.server.loop,
                sending: "GET /v1/blocks/stream?edge=s HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
            )
            let list = try #require(await client.read(until: "event: complete\ndata: {}\n\n"))
            #expect(list.contains("event: reset\n"))
            #expect(list.contains("event: listed\ndata: {\"change\":\"listed\",\"subject\":\"user:a\",\"block\":{"))
            _ = try await host.block("user:b")
            let next = try #require(await client.read(until: "\"subject\":\"user:b\""))
            #expect(next.contains("event: change\n"))
            let newest = try await host.calls.changes(from: 2, count: 1)[0].position
            #expect(next.contains("id: \(newest)\n"))
            await client.close()
        }
    }

    @Test func `a loss of all data in Redis makes the mirror and the streams begin anew`() async throws {
        try await APIHost.with { host in
            for name in ["a", "b", "c"] { _ = try await host.block("user:\(name)") }
            try await host.waitForMirror()
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=c") }) { $0.status == 403 }
            let (_, cursor, _) = try await all(host, from: nil)
            _ = try await host.calls.client.call("FLUSHALL")
            _ = try await host.block("user:d")
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=c") }) { $0.status == 200 }
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=d") }) { $0.status == 403 }
            let piece = try await poll(host, cursor)
            #expect(piece["begins"] == .bool(true))
            #expect(subjects(piece) == ["listed user:d"])
        }
    }

    @Test func `changes that the channel lost are read from the log, those that the log lost from the list`()
        async throws
    {
        try await APIHost.with { host in
            try await host.waitForMirror()
            _ = try await host.block("user:a")
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=a") }) { $0.status == 403 }
            // Behind the library's back, as far as the channel goes.
            for command in [["CLIENT", "KILL", "TYPE", "pubsub"]] {
                _ = try await host.calls.client.call(command[0], command[1], command[2], command[3])
            }
            for number in 0..<300 { _ = try await host.block("user:n\(number)") }
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=n299") }) { $0.status == 403 }
            #expect(try await host.authz("192.0.2.1", "?user=n0").status == 403)
            _ = try await host.calls.client.call("CLIENT", "KILL", "TYPE", "pubsub")
            _ = try await host.block("user:last")
            _ = try await host.calls.client.call("XTRIM", host.calls.keys.blocksLog, "MAXLEN", 0)
            _ = try await host.wait({ try await host.authz("192.0.2.1", "?user=last") }) { $0.status == 403 }
            #expect(try await host.authz("192.0.2.1", "?user=n17").status == 403)
        }
    }
}
