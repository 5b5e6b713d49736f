import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import Synchronization
import TestSupport
import Testing

/// What those who run it ask and do: tokens, the chain of the audit log, the doctor.
struct AdministrationRoutesTests {
    /// A token of each role, by role.
    private final class Tokens: Sendable {
        private let secrets = Mutex<[Role: String]>([:])

        func make(_ calls: Calls) async throws {
            for role in Role.allCases where role != .anyone {
                let token = try await calls.addToken(role, name: role.rawValue, for: nil, by: "admin:test", note: nil)
                secrets.withLock { $0[role] = token.secret }
            }
        }

        subscript(_ role: Role) -> String? { secrets.withLock { $0[role] } }
    }

    private static func withTokens(_ body: (APIHost, Tokens) async throws -> Void) async throws {
        let tokens = Tokens()
        try await APIHost.with(prepare: { try await tokens.make($0) }) { try await body($0, tokens) }
    }

    @Test(arguments: [
        ("GET", "/v1/tokens", "", Role.superuser), ("POST", "/v1/tokens", #"{"role":"client","name":"x"}"#, .superuser),
        ("DELETE", "/v1/tokens/t0011223344556", "", .superuser), ("GET", "/v1/audit/verify", "", .admin),
        ("GET", "/v1/doctor", "", .admin),
    ])
    func `a role below that of the route is refused`(method: String, target: String, body: String, wanted: Role)
        async throws
    {
        try await Self.withTokens { host, tokens in
            for role in Role.allCases where role != .anyone {
                let answer = try await host.ask(
                    method, target, body, type: body.isEmpty ? nil : "application/json", token: tokens[role])
                if role < wanted {
                    #expect(answer.status == 403, "\(role)")
                    #expect(answer.json["detail"]?.text?.contains("the role \(wanted.rawValue)") == true)
                } else {
                    #expect([200, 201, 404].contains(answer.status), "\(role): \(answer.body)")
                }
            }
            let refused = try await host.ask(method, target, body, type: body.isEmpty ? nil : "application/json")
            #expect(refused.status == 401)
            #expect(refused.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func `a token is made, lets in, is listed without its secret, and lets in no longer`() async throws {
        try await Self.withTokens { host, tokens in
            func ask(_ method: String, _ target: String, _ body: String = "") async throws -> APIHost.Answer {
                try await host.ask(
                    method, target, body, type: body.isEmpty ? nil : "application/json", token: tokens[.superuser])
            }
            let made = try await ask(
                "POST", "/v1/tokens", #"{"role":"staff","name":"carol","duration_ms":60000,"note":"why"}"#)
            #expect(made.status == 201)
            #expect(made.headers["cache-control"] == "no-store")
            let id = try #require(made.json["id"]?.text)
            let secret = try #require(made.json["token"]?.text)
            #expect(made.json["until"]?.text?.hasSuffix("Z") == true)
            try await eventually { try await host.get("/v1/stats", token: secret).status == 200 }
            let list = try await ask("GET", "/v1/tokens")
            guard case .array(let items) = list.json else { throw NotTold() }
            #expect(items.count == 5)
            #expect(items.first?["id"]?.text == id)
            #expect(items.first?["role"]?.text == "staff")
            #expect(items.first?["by"]?.text == "admin:superuser")
            #expect(items.first?["expired"] == .bool(false))
            #expect(!list.body.contains(secret.suffix(64)))
            #expect(!list.body.contains("hash"))
            let removed = try await ask("DELETE", "/v1/tokens/\(id)?note=gone")
            #expect(removed.json["removed"] == .bool(true))
            #expect(try await ask("DELETE", "/v1/tokens/\(id)").status == 404)
            // 429 where it came too often before it was known.
            try await eventually { [401, 429].contains(try await host.get("/v1/stats", token: secret).status) }
            let entries = try await host.calls.auditEntries(limit: 2).entries
            #expect(entries.map(\.what) == ["token_remove", "token_add"])
            #expect(entries.map(\.note) == ["gone", "why"])
            #expect(entries.allSatisfy { $0.by == "admin:superuser" })
            #expect(!entries[1].after.contains("hash"))
        }
    }

    @Test(arguments: [
        "{}", #"{"role":"client"}"#, #"{"name":"x"}"#, #"{"role":"anyone","name":"x"}"#,
        #"{"role":"root","name":"x"}"#, #"{"role":"client","name":""}"#, #"{"role":"client","name":7}"#,
        #"{"role":"client","name":"a\nb"}"#, #"{"role":"client","name":"x","duration_ms":0}"#,
        #"{"role":"client","name":"x","duration_ms":"1d"}"#,
        #"{"role":"client","name":"x","duration_ms":315360000001}"#,
        #"{"role":"client","name":"x","note":7}"#, #"{"role":"client","name":"x","id":"t1"}"#, "[",
        #"{"role":"client","name":"\#(String(repeating: "ü", count: 33))"}"#,
    ])
    func `a token that makes no sense is refused, and none is made`(body: String) async throws {
        try await Self.withTokens { host, tokens in
            let answer = try await host.ask(
                "POST", "/v1/tokens", body, type: "application/json", token: tokens[.superuser])
            #expect(answer.status == 400)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(try await host.calls.tokens().tokens.count == 4)
            let id = try await host.ask("DELETE", "/v1/tokens/No%20id", token: tokens[.superuser])
            #expect(id.status == 400)
        }
    }

    @Test func `where there is no token, tokens are neither made nor taken away over HTTP`() async throws {
        try await APIHost.with { host in
            for _ in 0..<12 {
                // No failed attempts: 401 each time, and never 429.
                #expect(try await host.post("/v1/tokens", #"{"role":"client","name":"x"}"#).status == 401)
            }
            let refused = try await host.ask("DELETE", "/v1/tokens/t0011223344556")
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"] == #"Bearer realm="sentinel""#)
            #expect(try await host.get("/v1/tokens").body == "[]")
            #expect(try await host.calls.tokens().tokens.isEmpty)
            let description = try await host.get("/openapi.json").json["paths"]?["/v1/tokens"]
            #expect(description?["post"]?["security"] == .array([.object([.init("token", .array([]))])]))
            #expect(description?["post"]?["x-role"] == .string("superuser"))
        }
    }

    @Test func `the chain of the audit log is checked, from a head that was noted`() async throws {
        try await APIHost.with { host in
            let empty = try await host.get("/v1/audit/verify").json
            #expect(empty["sound"] == .bool(true))
            #expect(empty["head"] == .null)
            for name in ["a", "b", "c"] {
                _ = try await host.calls.call("sentinel_block", ["subject", "user:\(name)"])
            }
            let sound = try await host.get("/v1/audit/verify").json
            #expect(sound["sound"] == .bool(true))
            #expect(sound["entries"] == .int(3))
            let head = try #require(sound["head"]?.text)
            #expect(try await host.get("/v1/audit/verify?head=\(head)").json["sound"] == .bool(true))
            let entries = try await host.calls.client.call("XRANGE", host.calls.keys.audit, "-", "+").array
            _ = try await host.calls.client.call("XDEL", host.calls.keys.audit, try entries[2].array[0].string)
            let cut = try await host.get("/v1/audit/verify?head=\(head)")
            #expect(cut.status == 200)
            #expect(cut.json["sound"] == .bool(false))
            for wrong in ["3", "3:abc", "0:\(head.suffix(40))", "x:\(head.suffix(40))"] {
                #expect(try await host.get("/v1/audit/verify?head=\(wrong)").status == 400, "\(wrong)")
            }
        }
    }

    @Test func `the doctor answers also while Redis is away`() async throws {
        try await APIHost.with { host in
            func states() async throws -> [String: String] {
                guard case .array(let items) = try await host.get("/v1/doctor").json else { throw NotTold() }
                var states: [String: String] = [:]
                for item in items { states[item["check"]?.text ?? ""] = item["state"]?.text }
                return states
            }
            #expect(try await states()["library"] == "ok")
            #expect(try await states()["coordinator"] == "failure")
            await host.server.kill9()
            try await eventually { try await states() == ["redis": "failure"] }
        }
    }

    private struct NotTold: Error {}

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !condition() { try #require(ContinuousClock.now < deadline) }
    }
}
