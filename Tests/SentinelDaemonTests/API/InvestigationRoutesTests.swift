import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon

/// What moderators look into: timelines, suspects, summaries, statistics.
struct InvestigationRoutesTests {
    private static func raise(_ host: APIHost, _ rule: String, _ user: String, ip: String, _ place: Int) async throws {
        let now = try await host.calls.now()
        _ = try await host.calls.call(
            "sentinel_raise",
            [
                "rule", rule, "subject", "user:\(user)", "event", "\(now)-\(place)", "at", now, "user", user, "ip", ip,
                "description", "seen",
            ])
    }

    /// Runs the body once a coordinator has read what the API was told.
    private static func withCoordinator(_ host: APIHost, _ body: () async throws -> Void) async throws {
        let coordinator = Coordinator(
            .init(keys: host.calls.keys, policy: .standard, owner: "test"), redis: host.server.configuration,
            on: host.server.loop, journal: .silent)
        let task = Task { try? await coordinator.run() }
        let deadline = ContinuousClock.now + .seconds(60)
        while try await host.calls.client.call("XLEN", host.calls.keys.events).int > 0 {
            try #require(ContinuousClock.now < deadline)
            try await host.server.loop.sleep(for: .milliseconds(2))
        }
        try await body()
        task.cancel()
        _ = await task.value
    }

    private static func names(_ value: JSONValue?) -> [String] {
        if case .object(let members) = value { members.map(\.name) } else { [] }
    }

    private static func items(_ value: JSONValue?) -> [JSONValue] {
        if case .array(let items) = value { items } else { [] }
    }

    private static let analysis = [
        "total_messages", "total_blocked", "avg_messages_per_day", "block_rate", "suspicious_activities",
        "critical_activities", "is_suspicious", "suspicion_reasons",
    ]

    @Test func `an activity timeline has the members that front ends of the old system want`() async throws {
        try await APIHost.with { host in
            let event = #"{"kind":"message","user":"ada","ip":"203.0.113.7","text":"hello","object":"room1"}"#
            for _ in 0..<3 { #expect(try await host.post("/v1/events", event).status == 200) }
            try await Self.raise(host, "off_topic_spam", "ada", ip: "203.0.113.7", 1)
            try await Self.withCoordinator(host) {
                _ = try await host.post("/v1/block-ip", #"{"ip_address":"203.0.113.7","reason":"SPAM"}"#)
                let there = try await host.get("/v1/activity-timeline?ip=203.0.113.7&days=2").json
                #expect(
                    Self.names(there) == ["query", "is_blocked", "block_info", "pattern_analysis", "timeline"])
                #expect(Self.names(there["query"]) == ["ip_address", "user_id", "anon_user_id", "days"])
                #expect(there["query"]?["ip_address"] == .string("203.0.113.7"))
                #expect(there["is_blocked"] == .bool(true))
                #expect(there["block_info"]?["reason_display"] == .string("Spam"))
                #expect(Self.names(there["pattern_analysis"]) == Self.analysis)
                #expect(there["pattern_analysis"]?["total_messages"] == .int(3))
                let timeline = there["timeline"]
                #expect(timeline?["period_days"] == .int(2))
                #expect(timeline?["total_events"] == .int(3))
                #expect(timeline?["conversations_count"] == .int(1))
                #expect(timeline?["suspicious_activities_count"] == .int(1))
                #expect(
                    Self.items(timeline?["timeline"]).compactMap { $0["type"]?.text }.sorted()
                        == ["block", "event", "event", "event", "incident"])

                let user = try await host.get("/v1/activity-timeline?user_id=ada&limit=2").json
                #expect(user["is_blocked"] == .bool(false))
                #expect(user["block_info"] == .null)
                #expect(user["query"]?["user_id"] == .string("ada"))
                let next = try #require(user["timeline"]?["next"]?.text)
                let rest = try await host.get("/v1/activity-timeline?anon_user_id=ada&cursor=\(next)").json
                #expect(Self.items(rest["timeline"]?["timeline"]).count == 2)
                #expect(rest["timeline"]?["next"] == .null)
            }
        }
    }

    @Test(arguments: [
        ("/v1/activity-timeline", 400), ("/v1/activity-timeline?ip=nonsense", 400),
        ("/v1/activity-timeline?user_id=", 400), ("/v1/activity-timeline?user_id=a&days=0", 400),
        ("/v1/activity-timeline?user_id=a&days=366", 400), ("/v1/activity-timeline?user_id=a&cursor=x", 400),
        ("/v1/activity-timeline?user_id=nobody", 200), ("/v1/activity-timeline?subject=user:nobody", 200),
        ("/v1/suspicious-users?min_severity=5", 400), ("/v1/suspicious-users?days=x", 400),
        ("/v1/suspicious-users?limit=201", 400), ("/v1/suspects", 200), ("/v1/stats?busiest=51", 400),
    ])
    func `what makes no sense is refused, and nobody knows nothing`(target: String, status: Int) async throws {
        try await APIHost.with { host in
            let answer = try await host.get(target)
            #expect(answer.status == status)
        }
    }

    @Test func `suspicious users are told by address, with exactly the members that were promised`() async throws {
        try await APIHost.with { host in
            try await Self.raise(host, "off_topic_spam", "ada", ip: "203.0.113.7", 1)
            try await Self.raise(host, "malicious_content", "eve", ip: "198.51.100.9", 2)
            try await Self.raise(host, "excessive_tokens", "low", ip: "192.0.2.1", 3)
            let answer = try await host.get("/v1/suspicious-users?days=7&min_severity=2").json
            #expect(
                Self.names(answer) == ["period_days", "min_severity", "total_suspicious_ips", "suspicious_users"])
            #expect(answer["total_suspicious_ips"] == .int(2))
            let worst = try #require(Self.items(answer["suspicious_users"]).first)
            #expect(
                Self.names(worst) == [
                    "ip_address", "is_blocked", "total_activities", "critical_count", "high_count", "unreviewed_count",
                    "last_activity", "registered_users_count", "anonymous_users_count", "pattern_analysis",
                    "recent_activities",
                ])
            #expect(worst["ip_address"] == .string("198.51.100.9"))
            #expect(worst["critical_count"] == .int(1))
            #expect(Self.names(worst["pattern_analysis"]) == Self.analysis)
            #expect(worst["pattern_analysis"]?["is_suspicious"] == .bool(true))
            let activity = try #require(Self.items(worst["recent_activities"]).first)
            #expect(
                Self.names(activity) == ["id", "type", "severity", "description", "created_at", "participant"])
            #expect(activity["participant"] == .string("eve"))
            let subjects = try await host.get("/v1/suspects?min_severity=1").json
            #expect(subjects["total"] == .int(3))
        }
    }

    @Test func `statistics break incidents and blocks down`() async throws {
        try await APIHost.with { host in
            try await Self.raise(host, "off_topic_spam", "ada", ip: "203.0.113.7", 1)
            try await Self.raise(host, "malicious_content", "eve", ip: "198.51.100.9", 2)
            _ = try await host.post("/v1/block-ip", #"{"ip_address":"203.0.113.7","reason":"FRAUD"}"#)
            let stats = try await host.get("/v1/stats").json
            #expect(stats["incidents_by_type"]?["malicious_content"] == .int(1))
            #expect(stats["incidents_by_severity"]?["medium"] == .int(1))
            #expect(stats["blocks_by_reason"]?["FRAUD"] == .int(1))
            #expect(Self.items(stats["days"]).first?["incidents"] == .int(2))
            #expect(stats["top_addresses"] == .array([]))
        }
    }

    @Test func `moderators may look, apps may not`() async throws {
        let targets = ["/v1/activity-timeline?user_id=a", "/v1/suspicious-users", "/v1/suspects"]
        var tokens: [String] = []
        try await APIHost.with(prepare: { calls in
            for role in [Role.staff, .client] {
                tokens.append(
                    try await calls.addToken(role, name: role.rawValue, for: nil, by: "admin:x", note: nil).secret)
            }
        }) { host in
            for target in targets {
                let answer = try await host.get(target)
                #expect(answer.status == 401)
                #expect(try await host.get(target, token: tokens[0]).status == 200)
                #expect(try await host.get(target, token: tokens[1]).status == 403)
            }
        }
    }

    @Test func `a policy that is put in force counts at once`() async throws {
        try await APIHost.with { host in
            let check = "/v1/check?kind=message&user=a"
            #expect(try await host.get(check).headers["ratelimit-policy"]?.contains("q=10") == true)
            var policy = Policy.standard
            let place = try #require(policy.rules.firstIndex { $0.id == "rate_limit_hit" })
            policy.rules[place].watches = [
                .count(.init(.init(["message"]), per: .actor, limit: .init(3), window: .seconds(30)))
            ]
            #expect(try await host.ask("PUT", "/v1/policy", policy.yaml, type: "application/yaml").status == 200)
            #expect(
                try await host.get(check).headers["ratelimit-policy"]?.contains("\"rate_limit_hit\";q=3;w=30") == true)
        }
    }
}
