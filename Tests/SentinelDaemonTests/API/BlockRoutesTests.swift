import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon

/// Blocks and allows beyond adding and lifting: changes, history, lists, erasure.
struct BlockRoutesTests {
    @Test func `a block is changed, and what is not given stays`() async throws {
        try await APIHost.with { host in
            let target = "/v1/blocks?subject=user:a"
            let json = "application/json"
            #expect(try await host.ask("PATCH", target, #"{"note":"x"}"#, type: json).status == 404)
            _ = try await host.post("/v1/blocks", #"{"subject":"user:a","reason":"SPAM","duration_ms":60000}"#)
            let answer = try await host.ask("PATCH", target, #"{"note":"longer","duration_ms":null}"#, type: json)
            #expect(answer.status == 200)
            #expect(answer.json["change"] == .string("changed"))
            #expect(answer.json["until"] == .null)
            guard case .array(let blocks)? = try await host.get("/v1/blocks").json["blocks"] else {
                Issue.record("no list")
                return
            }
            #expect(blocks.first?["reason"] == .string("SPAM"))
            #expect(blocks.first?["note"] == .string("longer"))
            for wrong in [#"{"reason":"BOREDOM"}"#, #"{"duration_ms":0}"#, #"{"colour":"red"}"#, "[", #"{"note":7}"#] {
                #expect(try await host.ask("PATCH", target, wrong, type: json).status == 400)
            }
            #expect(try await host.ask("PATCH", "/v1/blocks", "{}", type: json).status == 400)
        }
    }

    @Test func `a list is imported, told of what fails, and exported in every format`() async throws {
        try await APIHost.with { host in
            let list = "203.0.113.7\nnonsense\n198.51.100.0/24\n10.0.0.0/9\n"
            let answer = try await host.post(
                "/v1/blocks/import?reason=ABUSE&duration_ms=60000", list, type: "text/plain")
            #expect(answer.status == 200)
            #expect(answer.json["added"] == .int(2))
            #expect(answer.json["failed"] == .int(2))
            guard case .array(let problems)? = answer.json["problems"] else {
                Issue.record("no problems")
                return
            }
            #expect(problems.map { $0["line"] } == [.int(2), .int(4)])
            let rows = "{\"subject\":\"user:a\",\"note\":\"n\"}\n{\"subject\":\"203.0.113.7\"}"
            let second = try await host.post("/v1/blocks/import", rows, type: "application/x-ndjson").json
            #expect((second["added"], second["changed"]) == (.int(1), .int(1)))
            #expect(try await host.post("/v1/blocks/import", "a,b\n1,2", type: "text/csv").status == 400)
            #expect(try await host.post("/v1/blocks/import", "x", type: "text/html").status == 415)

            let csv = try await host.get("/v1/blocks/export")
            #expect(csv.headers["content-type"] == "text/csv")
            #expect(csv.body.hasPrefix("subject,action,reason,"))
            #expect(csv.body.split(separator: "\n").count == 4)
            let plain = try await host.get("/v1/blocks/export?format=plain").body
            #expect(Set(plain.split(separator: "\n")) == ["203.0.113.7", "198.51.100.0/24"])
            let lines = try await host.get("/v1/blocks/export?format=jsonl&type=user").body
            #expect(lines.contains(#""subject":"user:a""#))
            #expect(try await host.get("/v1/blocks/export?format=xml").status == 400)
        }
    }

    @Test func `the history says who did what, and pages`() async throws {
        try await APIHost.with { host in
            _ = try await host.post("/v1/blocks", #"{"subject":"user:a","reason":"SPAM"}"#)
            _ = try await host.ask("DELETE", "/v1/blocks?subject=user:a&note=fine")
            let all = try await host.get("/v1/blocks/history").json
            guard case .array(let changes)? = all["changes"] else {
                Issue.record("no changes")
                return
            }
            #expect(changes.map { $0["change"]?.text } == ["lifted", "added"])
            #expect(changes[0]["note"] == .string("fine"))
            #expect(changes[1]["reason"] == .string("SPAM"))
            let first = try await host.get("/v1/blocks/history?limit=1").json
            let next = try #require(first["next"]?.text)
            let rest = try await host.get("/v1/blocks/history?cursor=\(next)").json
            #expect(rest["changes"] == .array([changes[1]]))
            #expect(try await host.get("/v1/blocks/history?cursor=x").status == 400)
        }
    }

    @Test func `the allow list is kept over HTTP`() async throws {
        try await APIHost.with { host in
            _ = try await host.post("/v1/blocks", #"{"subject":"ip:203.0.113.7"}"#)
            let added = try await host.post("/v1/allows", #"{"subject":"ip:203.0.113.7","note":"office"}"#)
            #expect(added.json["lifted_block"] == .bool(true))
            let list = try await host.get("/v1/allows").json
            #expect(list["total"] == .int(1))
            #expect(try await host.post("/v1/blocks", #"{"subject":"ip:203.0.113.7"}"#).status == 409)
            #expect(try await host.ask("DELETE", "/v1/allows?subject=ip:203.0.113.7").json["removed"] == .bool(true))
            #expect(try await host.ask("DELETE", "/v1/allows?subject=ip:203.0.113.7").status == 404)
            #expect(try await host.post("/v1/allows", #"{"subject":"nonsense"}"#).status == 400)
        }
    }

    @Test func `a subject is erased`() async throws {
        try await APIHost.with { host in
            _ = try await host.post("/v1/blocks", #"{"subject":"user:a"}"#)
            let answer = try await host.ask("DELETE", "/v1/subjects/user:a?note=asked")
            #expect(answer.status == 200)
            #expect(try await host.get("/v1/summary/user:a").status == 404)
            #expect(try await host.ask("DELETE", "/v1/subjects/nonsense").status == 400)
        }
    }

    @Test func `a policy with lists goes in and comes back`() async throws {
        try await APIHost.with { host in
            let yaml = """
                rules:
                  - id: words
                    module: content
                    severity: medium
                    pattern: {list: words.txt}

                """
            let body = JSONWriter.bytes(
                .object([
                    .init("yaml", .string(yaml)), .init("lists", .object([.init("words.txt", .string("badword\n"))])),
                ]))
            let answer = try await host.ask(
                "PUT", "/v1/policy", String(decoding: body, as: UTF8.self), type: "application/json")
            #expect(answer.status == 200, "\(answer.body)")
            let shown = try await host.get("/v1/policy?form=json").json
            #expect(shown["yaml"] == .string(yaml))
            #expect(shown["lists"]?["words.txt"] == .string("badword\n"))
            #expect(try await host.ask("PUT", "/v1/policy", yaml, type: "application/yaml").status == 422)
            #expect(try await host.ask("PUT", "/v1/policy", "{}", type: "application/json").status == 400)
        }
    }

    @Test func `who may look may not change`() async throws {
        let looks = ["/v1/blocks/history", "/v1/blocks/export", "/v1/allows"]
        let changes = [
            ("PATCH", "/v1/blocks?subject=user:a"), ("POST", "/v1/blocks/import"), ("POST", "/v1/allows"),
            ("DELETE", "/v1/allows?subject=user:a"), ("DELETE", "/v1/subjects/user:a"),
        ]
        var tokens: [String] = []
        try await APIHost.with(prepare: { calls in
            for role in [Role.staff, .client] {
                tokens.append(
                    try await calls.addToken(role, name: role.rawValue, for: nil, by: "admin:x", note: nil).secret)
            }
        }) { host in
            for target in looks {
                let answer = try await host.get(target, token: tokens[0])
                #expect(answer.status == 200)
                #expect(try await host.get(target, token: tokens[1]).status == 403)
            }
            for (method, target) in changes {
                let answer = try await host.ask(method, target, "{}", type: "application/json", token: tokens[0])
                #expect(answer.status == 403, "\(method) \(target)")
            }
            let answer = try await host.ask("DELETE", "/v1/subjects/user:a")
            #expect(answer.status == 401)
        }
    }
}
