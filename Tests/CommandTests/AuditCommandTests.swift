import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct AuditCommandTests {
    @Test func `every change is listed, with who, what and why`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("audit", "ls").output == "No changes.\n")
            _ = try sentinel.sentinel("block", "add", "user:eve", "--note", "ticket 1")
            _ = try sentinel.sentinel("block", "rm", "user:eve", "--by", "bob")
            _ = try sentinel.sentinel("allow", "add", "user:ada")
            let all = try sentinel.sentinel("audit", "ls", "-o", "json").json.array
            #expect(all.map { $0["what"] } == ["allow", "unblock", "block"].map(JSONValue.string))
            #expect(all.map { $0["n"] } == [.int(3), .int(2), .int(1)])
            #expect(all[2]["note"] == .string("ticket 1"))
            #expect(all[1]["before"] == all[2]["after"])
            func count(_ options: String...) throws -> Int {
                try sentinel.run(["audit", "ls", "-o", "json"] + options).json.array.count
            }
            #expect(try count("--by", "admin:bob") == 1)
            #expect(try count("--subject", "user:eve") == 2)
            #expect(try count("--what", "policy") == 0)
            #expect(try count("--until", "1h") == 0)
            let page = try sentinel.sentinel("audit", "ls", "--limit", "2")
            let cursor = try #require(page.errors.split(separator: " ").last).dropLast()
            #expect(try count("--cursor", String(cursor)) == 1)
        }
    }

    @Test func `a sound log is sound, and its end can be noted and asked for`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("audit", "verify").code == 0)
            _ = try sentinel.sentinel("block", "add", "user:a", "user:b", "ip:203.0.113.7", "--note", "grüße, \"x\"")
            let verified = try sentinel.sentinel("audit", "verify", "-o", "json")
            #expect(verified.code == 0)
            #expect(try verified.json["sound"] == .bool(true))
            #expect(try verified.json["entries"] == .int(3))
            let head = try #require(try verified.json["head"]?.text)
            _ = try sentinel.sentinel("block", "rm", "user:a")
            #expect(try sentinel.sentinel("audit", "verify", "--head", head).code == 0)
            let other = head.dropLast() + (head.hasSuffix("0") ? "1" : "0")
            let refused = try sentinel.sentinel("audit", "verify", "--head", String(other), "-o", "json")
            #expect(refused.code == 1)
            #expect(try refused.json["problems"] == .array([.string("entry 3 is not the entry given")]))
            #expect(try sentinel.sentinel("audit", "verify", "--head", "3:abc").code == 2)
        }
    }

    @Test(arguments: [("the last", 3), ("one in the middle", 2)])
    func `an entry that was taken out is missed`(name: String, number: Int) async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:a", "user:b", "user:c")
            let key = sentinel.calls.keys.audit
            let entries = try await sentinel.calls.client.call("XRANGE", key, "-", "+").array
            _ = try await sentinel.calls.client.call("XDEL", key, try entries[number - 1].array[0].string)
            #expect(try sentinel.sentinel("audit", "verify").code == 1)
        }
    }

    @Test func `an entry that was changed is found`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "user:a", "user:b")
            let key = sentinel.calls.keys.audit
            let client = sentinel.calls.client
            let entries = try await client.call("XRANGE", key, "-", "+").array
            _ = try await client.call("DEL", key)
            for entry in entries {
                var arguments: [any RedisArgument] = [key, "*"]
                for (field, value) in try entry.array[1].pairs {
                    arguments.append(field)
                    arguments.append(
                        field == "by" && entry == entries[0] ? Array("admin:mallory".utf8) : try value.bytes)
                }
                var pipeline = RedisPipeline()
                pipeline.append("XADD", arguments)
                _ = try await client.send(pipeline)
            }
            let verified = try sentinel.sentinel("audit", "verify", "-o", "json").json
            #expect(verified["problems"] == .array([.string("entry 1 is not what its hash says")]))
        }
    }
}
