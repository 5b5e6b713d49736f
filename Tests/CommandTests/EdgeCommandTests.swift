import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct EdgeCommandTests {
    @Test func `edges are listed with their lag, named by the doctor when late, and forgotten`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("edge", "ls").output == "No edges.\n")
            for user in ["a", "b", "c"] { #expect(try sentinel.sentinel("block", "add", "user:\(user)").code == 0) }
            let now = try await sentinel.calls.now()
            try await sentinel.calls.note(
                [
                    EdgeState(name: "proxy-1", applied: 3, seen: now, way: .stream),
                    EdgeState(name: "proxy-2", applied: 1, seen: now - 600_000, way: .poll),
                    EdgeState(name: "gone", applied: 1, seen: now - 2 * EdgeState.lifetime, way: .nft),
                ], now: now)
            let listed = try sentinel.sentinel("edge", "ls", "-o", "json").json.array
            #expect(listed.map { $0["edge"] } == [.string("proxy-1"), .string("proxy-2")])
            #expect(listed.map { $0["behind"] } == [.int(0), .int(2)])
            #expect(listed.map { $0["via"] } == [.string("stream"), .string("poll")])
            #expect(listed[0]["lag_ms"] == .int(0))
            let doctor = try sentinel.sentinel("doctor", "-o", "json").json.array
            let edges = try #require(doctor.first { $0["check"] == .string("edges") })
            #expect(edges["state"] == .string("warning"))
            #expect(edges["message"]?.text?.contains("proxy-2") == true)
            #expect(try sentinel.sentinel("edge", "rm", "proxy-2").code == 0)
            #expect(try sentinel.sentinel("edge", "rm", "proxy-2").code == 4)
        }
    }

    @Test func `Redis keeps a bounded number of edges, and those it knows go on`() async throws {
        try await withInstallation { sentinel in
            let now = try await sentinel.calls.now()
            func edges(_ range: Range<Int>, _ applied: Int64) -> [EdgeState] {
                range.map { EdgeState(name: "e\($0)", applied: applied, seen: now, way: .poll) }
            }
            try await sentinel.calls.note(edges(0..<300, 1), now: now)
            #expect(try await sentinel.calls.client.call("HLEN", sentinel.calls.keys.edges).int == 256)
            try await sentinel.calls.note(edges(255..<300, 2), now: now)
            #expect(try await sentinel.calls.client.call("HLEN", sentinel.calls.keys.edges).int == 256)
            #expect(try await sentinel.calls.edgeLags().first { $0.edge.name == "e255" }?.edge.applied == 2)
        }
    }

    @Test func `users for Redis are off without a password, and one can be printed alone`() async throws {
        try await withInstallation { sentinel in
            let all = try sentinel.sentinel("acl").output.split(separator: "\n")
            #expect(all.count == 5)
            #expect(all.allSatisfy { $0.contains(" off >PASSWORD resetkeys resetchannels -@all ") })
            let one = try sentinel.sentinel("acl", "edge", "--password", "x", "--namespace", "forum").output
            #expect(one.hasPrefix("user sentinel-forum-edge on >x "))
            #expect(one.contains("%R~forum:block:*"))
            #expect(try sentinel.sentinel("acl", "edge", "--password", "two words").code == 2)
        }
    }
}
