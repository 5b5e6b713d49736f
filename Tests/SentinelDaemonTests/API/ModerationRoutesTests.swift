import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon

/// What moderators ask and do: incidents, reviews, blocks, the audit log, the policy.
struct ModerationRoutesTests {
    private static func raise(
        _ host: APIHost, _ rule: String, _ subject: String, at: Int, description: String = "seen"
    ) async throws {
        _ = try await host.calls.call(
            "sentinel_raise",
            [
                "rule", rule, "subject", subject, "event", "\(at)-1", "at", at, "description", description,
                "evidence", #"{"texts":["a"]}"#,
            ])
    }

    private static func raiseThree(_ host: APIHost) async throws {
        try await raise(host, "duplicate_content", "user:a", at: 1000, description: "the same text")
        try await raise(host, "off_topic_spam", "user:b", at: 2000)
        try await raise(host, "malicious_content", "user:a", at: 3000)
    }

    private static func ids(_ answer: APIHost.Answer) -> [String] {
        guard case .array(let items) = answer.json["incidents"] else { return ["\(answer.status): \(answer.body)"] }
        return items.compactMap { $0["id"]?.text }
    }

    @Test(arguments: [
        ("", ["i0-3", "i0-2", "i0-1"]), ("type=off_topic_spam", ["i0-2"]), ("module=spam", ["i0-1"]),
        ("severity=3", ["i0-3", "i0-1"]), ("subject=user:a", ["i0-3", "i0-1"]), ("text=SAME%20text", ["i0-1"]),
        ("since=2000", ["i0-3", "i0-2"]), ("until=1970-01-01T00:00:02Z", ["i0-1"]), ("mode=shadow", []),
        ("reviewed=false", ["i0-3", "i0-2"]), ("reviewed=true", ["i0-1"]), ("disposition=benign", ["i0-1"]),
        ("disposition=confirmed", []), ("subject=user:a&severity=4&reviewed=false", ["i0-3"]),
    ])
    func `incidents are listed as the filter says`(query: String, ids: [String]) async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            _ = try await host.calls.review(["i0-1"], as: .benign, by: "admin:x", note: nil)
            let answer = try await host.get("/v1/incidents?\(query)")
            #expect(Self.ids(answer) == ids)
            #expect(answer.json["next"] == .null)
        }
    }

    @Test func `pages follow each other, and one incident is shown with its evidence`() async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            let first = try await host.get("/v1/incidents?limit=2")
            #expect(Self.ids(first) == ["i0-3", "i0-2"])
            let cursor = try #require(first.json["next"]?.text)
            #expect(Self.ids(try await host.get("/v1/incidents?limit=2&cursor=\(cursor)")) == ["i0-1"])
            let one = try await host.get("/v1/incidents/i0-1").json
            #expect(one["evidence"]?["texts"] == .array([.string("a")]))
            #expect(one["first"] == .string("1970-01-01T00:00:01.000Z"))
            #expect(one["severity"] == .string("high"))
            #expect(one["disposition"] == .null)
            #expect(try await host.get("/v1/incidents/i0-9").status == 404)
        }
    }

    @Test(arguments: [
        "severity=5", "severity=high", "subject=ada", "since=yesterday", "reviewed=maybe", "limit=0", "limit=501",
        "cursor=x", "module=nonsense", "mode=off", "disposition=open", "text=", "colour=red",
    ])
    func `a filter that makes no sense is refused`(query: String) async throws {
        try await APIHost.with { host in
            #expect(try await host.get("/v1/incidents?\(query)").status == 400)
            let other = try await host.get("/v1/incidents")
            #expect(other.status == 200)
        }
    }

    @Test func `a review says who, and is taken back as easily`() async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            let reviewed = try await host.ask(
                "PATCH", "/v1/incidents/i0-1", #"{"disposition":"false_positive","note":"school class"}"#,
                type: "application/json")
            #expect(reviewed.status == 200)
            #expect(reviewed.json["disposition"] == .string("false_positive"))
            #expect(reviewed.json["reviewed_by"] == .string("admin:local"))
            #expect(reviewed.json["review_note"] == .string("school class"))
            let opened = try await host.ask(
                "PATCH", "/v1/incidents/i0-1", #"{"disposition":"open"}"#, type: "application/json")
            #expect(opened.json["disposition"] == .null)
            #expect(opened.json["review_note"] == .null)
            for (target, body, status) in [
                ("/v1/incidents/i0-9", #"{"disposition":"benign"}"#, 404),
                ("/v1/incidents/nonsense", #"{"disposition":"benign"}"#, 400),
                ("/v1/incidents/i0-1", #"{"disposition":"spam"}"#, 400), ("/v1/incidents/i0-1", "{}", 400),
                ("/v1/incidents/i0-1", #"{"disposition":"benign","reviewed":true}"#, 400),
                ("/v1/incidents/i0-1", #"{"disposition":"benign","note":7}"#, 400),
                ("/v1/incidents/i0-1", "[", 400),
            ] {
                let answer = try await host.ask("PATCH", target, body, type: "application/json")
                #expect(answer.status == status, "\(target) \(body)")
            }
        }
    }

    @Test func `many are reviewed at once, and what is not there is named`() async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            let body = #"{"ids":["i0-1","i0-3","i0-7"],"disposition":"confirmed"}"#
            let answer = try await host.post("/v1/incidents/bulk", body)
            #expect(answer.json["changed"] == .int(2))
            #expect(answer.json["missing"] == .array([.string("i0-7")]))
            #expect(try await host.post("/v1/incidents/bulk", body).json["unchanged"] == .int(2))
            let none = try await host.post("/v1/incidents/bulk", #"{"ids":[],"disposition":"benign"}"#)
            #expect(none.json["changed"] == .int(0))
            let stats = try await host.get("/v1/stats").json
            #expect(stats["pending"] == .int(1))
            #expect(stats["reviews"]?["malicious_content"]?["precision"] == .double(1))
            let tooMany = (1...1001).map { "\"i0-\($0)\"" }.joined(separator: ",")
            for wrong in [
                #"{"ids":["x"],"disposition":"benign"}"#, #"{"ids":"i0-1","disposition":"benign"}"#,
                #"{"ids":["i0-1"]}"#, "{\"ids\":[\(tooMany)],\"disposition\":\"benign\"}",
            ] {
                #expect(try await host.post("/v1/incidents/bulk", wrong).status == 400)
            }
        }
    }

    @Test func `an address is blocked and unblocked in the words of moderation front ends`() async throws {
        try await APIHost.with { host in
            let body = #"{"ip_address":"::ffff:203.0.113.7","reason":"SPAM","notes":"ticket 1","expires_at":null}"#
            let blocked = try await host.post("/v1/block-ip", body)
            #expect(blocked.status == 200)
            #expect(blocked.json["success"] == .bool(true))
            let block = try #require(blocked.json["block"])
            #expect(block["ip_address"] == .string("203.0.113.7"))
            #expect(block["reason"] == .string("SPAM"))
            #expect(block["reason_display"] == .string("Spam"))
            #expect(block["notes"] == .string("ticket 1"))
            #expect(block["blocked_by"] == .string("admin:local"))
            #expect(block["expires_at"] == .null)
            #expect(block["is_permanent"] == .bool(true))
            #expect(block["created_at"]?.text?.hasSuffix("Z") == true)
            #expect(try await host.calls.client.call("EXISTS", "sentinel:block:ip:203.0.113.7") == .integer(1))
            let lifted = try await host.post("/v1/unblock-ip", #"{"ip_address":"203.0.113.7"}"#)
            #expect(lifted.json["success"] == .bool(true))
            #expect(try await host.post("/v1/unblock-ip", #"{"ip_address":"203.0.113.7"}"#).status == 404)
            for wrong in [
                #"{"ip_address":"nowhere"}"#, "{}", #"{"ip_address":"203.0.113.7","reason":"DULL"}"#,
                #"{"ip_address":"203.0.113.7","expires_at":"soon"}"#, #"{"ip":"203.0.113.7"}"#,
            ] {
                #expect(try await host.post("/v1/block-ip", wrong).status == 400, "\(wrong)")
            }
            for time in ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
                let never = try await host.post(
                    "/v1/block-ip", "{\"ip_address\":\"203.0.113.7\",\"expires_at\":\"\(time)\"}")
                #expect(never.status == 409)
            }
        }
    }

    @Test func `subjects are blocked, listed and lifted`() async throws {
        try await APIHost.with { host in
            let added = try await host.post(
                "/v1/blocks", #"{"subject":"user:eve","action":"challenge","reason":"FRAUD","duration_ms":60000}"#)
            #expect(added.status == 201)
            #expect(added.json["change"] == .string("added"))
            #expect(try await host.post("/v1/blocks", #"{"subject":"user:eve"}"#).status == 200)
            _ = try await host.post("/v1/blocks", #"{"subject":"net:198.51.100.0/24","note":"x"}"#)
            let listed = try await host.get("/v1/blocks?limit=1").json
            #expect(listed["total"] == .int(2))
            guard case .array(let blocks) = try await host.get("/v1/blocks?type=user").json["blocks"] else {
                Issue.record("no blocks")
                return
            }
            #expect(blocks.map { $0["subject"] } == [.string("user:eve")])
            #expect(blocks[0]["by"] == .string("admin:local"))
            #expect(try await host.ask("DELETE", "/v1/blocks?subject=user:eve&note=sorry").status == 200)
            #expect(try await host.ask("DELETE", "/v1/blocks?subject=user:eve").status == 404)
            #expect(try await host.ask("DELETE", "/v1/blocks").status == 400)
            _ = try await host.calls.allow(
                try Subject(type: "user", id: Array("ada".utf8)), for: nil, by: "admin:x", note: nil)
            #expect(try await host.post("/v1/blocks", #"{"subject":"user:ada"}"#).status == 409)
            #expect(try await host.post("/v1/blocks", #"{"subject":"ada"}"#).status == 400)
            #expect(try await host.post("/v1/blocks", #"{"subject":"user:b","duration_ms":0}"#).status == 400)
        }
    }

    @Test func `a subject is summed up with its risk`() async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            _ = try await host.post("/v1/blocks", #"{"subject":"user:a"}"#)
            let summary = try await host.get("/v1/summary/user%3Aa").json
            #expect(summary["subject"] == .string("user:a"))
            #expect(summary["risk_level"]?.text != nil)
            #expect(summary["is_blocked"] == .bool(true))
            for name in ["account_age_days", "content_last_hour", "content_last_day", "total_content", "created_at"] {
                #expect(summary[name] != nil, "\(name)")
            }
            #expect(try await host.get("/v1/summary/user:nobody").status == 404)
            #expect(try await host.get("/v1/summary/nobody").status == 400)
        }
    }

    @Test func `the audit log tells who changed what, a page at a time`() async throws {
        try await APIHost.with { host in
            for user in ["a", "b", "c"] { _ = try await host.post("/v1/blocks", "{\"subject\":\"user:\(user)\"}") }
            let first = try await host.get("/v1/audit?limit=2").json
            guard case .array(let entries) = first["entries"], let cursor = first["next"]?.text else {
                Issue.record("no entries")
                return
            }
            #expect(entries.map { $0["subject"] } == [.string("user:c"), .string("user:b")])
            #expect(entries[0]["prev"] == entries[1]["hash"])
            guard case .array(let rest) = try await host.get("/v1/audit?limit=2&cursor=\(cursor)").json["entries"]
            else {
                Issue.record("no entries")
                return
            }
            #expect(rest.map { $0["subject"] } == [.string("user:a")])
            #expect(try await host.get("/v1/audit?cursor=x").status == 400)
        }
    }

    @Test func `the policy is told as it was written, and another is put in force`() async throws {
        try await APIHost.with { host in
            let told = try await host.get("/v1/policy")
            #expect(told.status == 200)
            #expect(told.headers["content-type"] == "application/yaml")
            var other = Policy.standard
            other.openFlags = 4
            let put = try await host.ask("PUT", "/v1/policy", other.yaml, type: "application/yaml")
            #expect(put.status == 200, "\(put.body)")
            #expect(put.json["changed"] == .bool(true))
            let now = try await host.get("/v1/policy")
            #expect(now.body == other.yaml)
            #expect(now.headers["etag"] == "\"\(put.json["policy"]?.text ?? "")\"")
            let again = try await host.ask("PUT", "/v1/policy", other.yaml, type: "application/yaml")
            #expect(again.json["changed"] == .bool(false))
            let wrong = try await host.ask("PUT", "/v1/policy", "rules: nonsense\n", type: "application/yaml")
            #expect(wrong.status == 422)
            #expect(wrong.json["problems"] != nil)
            let entry = try await host.calls.auditEntries(AuditFilter(what: "policy"), limit: 1).entries.first
            #expect(entry?.by == "admin:local")
        }
    }

    @Test func `metrics are what Prometheus reads, whatever rules are called`() async throws {
        try await APIHost.with { host in
            try await Self.raiseThree(host)
            _ = try await host.calls.review(["i0-1"], as: .confirmed, by: "admin:x", note: nil)
            let answer = try await host.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body.contains("\nsentinel_incidents_pending 2\n"))
            #expect(
                answer.body.contains(
                    "\nsentinel_reviews{rule=\"duplicate_content\",disposition=\"confirmed\"} 1\n"))
            for line in answer.body.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(
                    line.wholeMatch(of: /[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e-]+/) != nil, "\(line)")
            }
            #expect(answer.body.contains("\nsentinel_redis_up 1\n"))
            #expect(
                answer.body.contains(
                    "\nsentinel_incidents_total{rule=\"duplicate_content\",severity=\"high\",mode=\"enforce\"} 1\n"))
            #expect(
                answer.body.contains("\nsentinel_redis_request_duration_seconds_bucket{client=\"api\",le=\"+Inf\"} "))
        }
    }

    @Test func `each route wants the role that it names`() async throws {
        let secrets = Secrets()
        try await APIHost.with(prepare: { calls in
            for role in Role.allCases where role != .anyone {
                secrets.texts[role] = try await calls.addToken(
                    role, name: role.rawValue, for: nil, by: "admin:test", note: nil
                ).secret
            }
        }) { host in
            let routes: [(String, String, Role)] = [
                ("GET", "/v1/check?user=ada", .client), ("GET", "/metrics", .client), ("GET", "/v1/incidents", .staff),
                ("GET", "/v1/incidents/i0-1", .staff), ("GET", "/v1/blocks", .staff), ("GET", "/v1/stats", .staff),
                ("GET", "/v1/summary/user:x", .staff), ("GET", "/v1/policy", .staff), ("HEAD", "/v1/alerts", .staff),
                ("GET", "/v1/audit", .admin), ("PATCH", "/v1/incidents/i0-1", .admin),
                ("POST", "/v1/incidents/bulk", .admin), ("POST", "/v1/blocks", .admin),
                ("DELETE", "/v1/blocks?subject=user:x", .admin), ("POST", "/v1/block-ip", .admin),
                ("POST", "/v1/unblock-ip", .admin), ("PUT", "/v1/policy", .admin), ("GET", "/v1/webhooks", .admin),
                ("POST", "/v1/webhooks", .superuser), ("DELETE", "/v1/webhooks/w0000000", .superuser),
                ("GET", "/v1/dead-letters", .admin), ("POST", "/v1/dead-letters/resend", .admin),
                ("POST", "/v1/alerts/test", .admin),
            ]
            for (method, target, needed) in routes {
                for (role, secret) in secrets.texts {
                    let answer = try await host.ask(method, target, token: secret)
                    #expect((answer.status == 403) == (role < needed), "\(method) \(target) \(role)")
                    #expect(answer.status != 401, "\(method) \(target)")
                }
            }
            #expect(
                try await host.ask(
                    "POST", "/v1/blocks", #"{"subject":"user:x"}"#, type: "application/json",
                    token: secrets.texts[.admin]
                ).status == 201)
            #expect(try await host.calls.auditEntries(limit: 1).entries[0].by == "admin:admin")
        }
    }

    @Test func `without Redis everything that needs it is 503 at once`() async throws {
        try await APIHost.with { host in
            let first = try await host.get("/v1/incidents")
            #expect(first.status == 200)
            await host.server.kill9()
            _ = try await host.get("/v1/incidents")
            let start = ContinuousClock.now
            for (method, target, body) in [
                ("GET", "/v1/incidents", ""), ("GET", "/v1/incidents/i0-1", ""), ("GET", "/v1/blocks", ""),
                ("GET", "/v1/summary/user:x", ""), ("GET", "/v1/stats", ""), ("GET", "/v1/audit", ""),
                ("GET", "/v1/policy", ""), ("GET", "/v1/alerts", ""),
                ("PATCH", "/v1/incidents/i0-1", #"{"disposition":"benign"}"#),
                ("POST", "/v1/incidents/bulk", #"{"ids":["i0-1"],"disposition":"benign"}"#),
                ("POST", "/v1/blocks", #"{"subject":"user:x"}"#), ("DELETE", "/v1/blocks?subject=user:x", ""),
                ("POST", "/v1/block-ip", #"{"ip_address":"192.0.2.1"}"#),
                ("POST", "/v1/unblock-ip", #"{"ip_address":"192.0.2.1"}"#),
            ] {
                let answer = try await host.ask(method, target, body, type: body.isEmpty ? nil : "application/json")
                #expect(answer.status == 503, "\(method) \(target)")
                #expect(answer.headers["content-type"] == "application/problem+json")
            }
            #expect(start.duration(to: .now) < .seconds(10))
            let metrics = try await host.get("/metrics")
            #expect(metrics.status == 200)
            #expect(metrics.body.contains("sentinel_redis_up 0\n"))
            #expect(try await host.get("/healthz").status == 200)
            #expect(try await host.get("/readyz").status == 503)
        }
    }

    private final class Secrets: @unchecked Sendable {
        var texts: [Role: String] = [:]
    }
}
