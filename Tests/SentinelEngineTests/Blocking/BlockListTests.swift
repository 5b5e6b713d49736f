import SentinelCore
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelEngine

struct BlockListTests {
    private func withCalls(_ body: (Calls) async throws -> Void) async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(.standard)
            try await body(calls)
            await calls.client.close()
        }
    }

    private func user(_ id: String) throws -> Subject { try Subject(type: "user", id: Array(id.utf8)) }

    @Test func `a list longer than a page is read whole, and the newest of it come back`() async throws {
        try await withCalls { calls in
            let replies = try await calls.send { pipeline in
                for number in 0..<2500 {
                    pipeline.append(
                        "FCALL", "sentinel_block", "1", calls.keys.prefix, "subject", "user:\(number)", "by", "admin:x")
                }
            }
            for reply in replies { _ = try reply.orThrow() }
            _ = try await calls.call("sentinel_block", ["subject", "ip:203.0.113.7", "duration", 60_000])
            let all = try await calls.blocks(limit: 10)
            #expect(all.total == 2501)
            #expect(all.entries.count == 10)
            let ends = all.entries.map(\.value.since)
            #expect(ends == ends.sorted(by: >))
            let addresses = try await calls.blocks(BlockFilter(type: "ip"), limit: 10)
            #expect(addresses.entries.map(\.value.subject.description) == ["ip:203.0.113.7"])
            #expect(try #require(addresses.entries[0].remaining) <= .seconds(60))
        }
    }

    @Test func `a block whose details are gone is listed all the same`() async throws {
        try await withCalls { calls in
            let subject = try user("x")
            _ = try await calls.block(subject, for: nil, action: .challenge, reason: .spam, by: "admin:x", note: nil)
            _ = try await calls.client.call("HDEL", calls.keys.blockDetails, subject.bytes)
            let listed = try await calls.blocks(limit: 10).entries
            #expect(listed == [Standing(value: Block(unknown: subject), remaining: nil)])
        }
    }

    @Test func `foreign bytes in the index do not stop the list`() async throws {
        try await withCalls { calls in
            _ = try await calls.block(
                try user("x"), for: .seconds(60), action: .block, reason: .spam, by: "admin:x", note: "n")
            _ = try await calls.client.call("ZADD", calls.keys.blockIndex, 5, "no subject", 6, [0xFF, 0x00])
            #expect(try await calls.blocks(limit: 10).entries.map(\.value.note) == ["n"])
        }
    }

    @Test func `changes say what they did`() async throws {
        try await withCalls { calls in
            let subject = try user("x")
            let added = try await calls.block(
                subject, for: .seconds(60), action: .block, reason: .spam, by: "admin:x", note: nil)
            #expect(added.isNew)
            #expect(added.until != nil)
            let changed = try await calls.block(
                subject, for: nil, action: .block, reason: .spam, by: "admin:x", note: nil)
            #expect(!changed.isNew)
            #expect(changed.until == nil)
            let allowed = try await calls.allow(subject, for: nil, by: "admin:x", note: "n")
            #expect(allowed.liftedBlock)
            #expect(try await calls.exemptions(limit: 5).entries.map(\.value.note) == ["n"])
            #expect(try await calls.unblock(subject, by: "admin:x", note: nil) == false)
            #expect(try await calls.disallow(subject, by: "admin:x", note: nil))
            #expect(try await calls.disallow(subject, by: "admin:x", note: nil) == false)
        }
    }

    @Test func `the newest are kept whatever the order, in bounded memory`() {
        var newest = Newest<Int>(3) { Int64($0) }
        for number in 0..<100_000 { newest.add(number * 7919 % 100_000) }
        #expect(newest.elements == [99_999, 99_998, 99_997])
        #expect(newest.total == 100_000)
    }
}
