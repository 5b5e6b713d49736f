import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct TokenCommandTests {
    @Test func `a token is shown once, kept as a hash, listed and taken away`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("token", "ls").output == "No tokens.\n")
            let made = try sentinel.sentinel("token", "add", "--role", "staff", "--name", "carol", "--expires", "30d")
            let secret = try #require(made.output.split(separator: "\n").first).description
            #expect(secret.hasPrefix("sentinel_t"))
            #expect(secret.utf8.count == 89)
            let stored = try await sentinel.calls.client.call("HGETALL", sentinel.calls.keys.tokens).pairs
            #expect(stored.count == 1)
            #expect(!String(decoding: try stored[0].value.bytes, as: UTF8.self).contains(secret.suffix(64)))
            let listed = try sentinel.sentinel("token", "ls", "-o", "json").json.array
            #expect(listed[0]["role"] == .string("staff"))
            #expect(listed[0]["name"] == .string("carol"))
            #expect(listed[0]["by"] == .string("admin:tester"))
            #expect(listed[0]["expired"] == .bool(false))
            #expect(listed[0]["until"]?.text?.hasSuffix("Z") == true)
            let id = try #require(listed[0]["id"]?.text)
            #expect(secret.contains("_\(id)_"))
            #expect(try sentinel.sentinel("token", "rm", id).output == "removed \(id)\n")
            #expect(try sentinel.sentinel("token", "rm", id).code == 4)
            let audit = try sentinel.sentinel("audit", "ls", "-o", "json").json.array
            #expect(audit.map { $0["what"] } == [.string("token_remove"), .string("token_add")])
            #expect(audit[1]["subject"] == .string("token:\(id)"))
        }
    }

    @Test func `two tokens are never the same, and what makes no sense is refused`() async throws {
        try await withInstallation { sentinel in
            let first = try sentinel.sentinel("token", "add", "--role", "client", "-o", "json").json
            let second = try sentinel.sentinel("token", "add", "--role", "client", "-o", "json").json
            #expect(first["token"] != second["token"])
            #expect(first["until"] == .null)
            #expect(try sentinel.sentinel("token", "add").code == 2)
            #expect(try sentinel.sentinel("token", "add", "--role", "root").code == 2)
            #expect(try sentinel.sentinel("token", "add", "--role", "client", "--expires", "soon").code == 2)
        }
    }
}
