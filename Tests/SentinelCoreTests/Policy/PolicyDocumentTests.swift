import Testing

@testable import SentinelCore

struct PolicyDocumentTests {
    static func read(_ text: String) throws(PolicyProblems) -> Policy {
        try PolicyDocument(reading: Array(text.utf8), file: "my.yaml").policy
    }

    private func read(_ text: String) throws(PolicyProblems) -> Policy { try Self.read(text) }

    @Test func `a short policy is read as it stands`() throws {
        let policy = try read(
            """
            events: {posts: comment}
            fields: {tenant: id, coins: number}
            allow: [user:ada, 192.0.2.1, 198.51.100.0/24, "2001:DB8::1"]
            blocks: {open_flags: {count: 5, block: {for: 1h, cap: 2h}}}
            rules:
              - id: logins
                module: fraud
                severity: medium
                mode: shadow
                count:
                  kinds: [login, request]
                  where: {status: [4xx, 500-503], object: /login*, tenant: "*.test"}
                  per: tenant
                  limit: {registered: 5_000, anonymous: 3, younger_than: {7d: 20, 1d: 10}, kinds: {login: 2}}
                  window: 1h30m
                then: {limit: true, alert: false, score: 0.25}
              - id: shop
                module: harvesting
                severity: low
                sum: {of: coins, per: ip, limit: 7, window: 250ms}
                then: {block: {for: 1d, escalate: 1.5, action: challenge, on: both}}
              - id: people
                module: automation
                severity: high
                any: [{cadence: {max_cv: 0.2}}, {first_event: {within: 2m}}]
            """)
        let words = Selection(
            ["login", "request"],
            where: [
                .init(.status, [.range(400...499), .range(500...503)]), .init(.object, [.prefix("/login")]),
                .init(.init(rawValue: "tenant"), [.suffix(".test")]),
            ])
        let limit = Limit(
            5000, anonymous: 3, young: [.init(under: .days(1), limit: 10), .init(under: .days(7), limit: 20)],
            kinds: ["login": 2])
        var cadence = Cadence.Parameters()
        cadence.maximumVariation = 0.2
        var first = FirstPost.Parameters()
        first.maximumAge = 120_000
        var wanted = Policy(rules: [
            Rule(
                "logins", .fraud, .medium,
                .count(.init(words, per: .init(rawValue: "tenant"), limit: limit, window: .seconds(5400))),
                then: .init(limit: true, alert: false, score: 0.25), mode: .shadow),
            Rule(
                "shop", .harvesting, .low,
                .sum(
                    .init(
                        .init(rawValue: "coins"), of: Selection(), per: .ip, limit: 7, window: .milliseconds(250))),
                then: .init(block: .init(for: .days(1), escalation: 1.5, action: .challenge, on: .both))),
            Rule("people", .automation, .high, any: [.cadence(cadence), .firstEvent(first)]),
        ])
        wanted.postKinds = ["comment"]
        wanted.fields = ["tenant": .id, "coins": .number]
        wanted.allow = [
            try Subject(type: "user", id: Array("ada".utf8)), Subject(of: try IPAddress("192.0.2.1")),
            Subject(of: try Network("198.51.100.0/24")), Subject(of: try IPAddress("2001:db8::1")),
        ]
        wanted.openFlags = 5
        wanted.openFlagsBlock = .init(for: .seconds(3600), cap: .seconds(7200))
        #expect(policy == wanted)
        #expect(try read(policy.yaml) == policy)
        #expect(PolicyChange.between(policy, try read(policy.yaml)).isEmpty)
    }

    @Test func `what is left out has its default and rules have none`() throws {
        #expect(try read("rules: []") == Policy(rules: []))
        #expect(try read("events:\nrules: []") == Policy(rules: []))
    }

    @Test func `the built-in policy is its file and reads back from what is written of it`() throws {
        let standard = PolicyDocument.standard
        #expect(!standard.policy.rules.isEmpty)
        #expect(try read(standard.policy.yaml) == standard.policy)
        #expect(PolicyDocument(standard.policy) == standard)
        #expect(try PolicyDocument(reading: standard.source, file: "again") == standard)
    }

    @Test func `the figures that the field expects hold`() throws {
        func counted(_ rule: String) throws -> Counted { try #require(Policy.standard.rule(rule)?.counted) }
        #expect(try counted("multiple_accounts_same_ip").limit == 3)
        #expect(try counted("multiple_accounts_same_ip").window == .days(1))
        #expect(try counted("rapid_content_creation").limit == 20)
        #expect(try counted("rapid_content_creation").window == .seconds(3600))
        #expect(try counted("daily_limit_hit").limit == Limit(50, anonymous: 30))
        #expect(try counted("rate_limit_hit").limit == 10)
        #expect(try counted("ip_rotation").limit == 5)
        #expect(Policy.standard.rule("bot_behavior")?.then.block == .init(for: .seconds(900), cap: .days(7)))
        #expect(Policy.standard.rule("bot_behavior")?.severity == .high)
        #expect(Policy.standard.critical.time == .days(1))
        #expect(Policy.standard.openFlags == 3)
        #expect(Policy.standard.rules.allSatisfy { $0.mode == .enforce })
    }

    @Test func `changes are told in words`() throws {
        let old = try read(
            """
            rules:
              - {id: a, module: spam, severity: high, count: {per: actor, limit: {registered: 50, anonymous: 30}, window: 1d}}
              - {id: b, module: spam, severity: high, duplicate: {accounts: 3}}
              - {id: c, module: spam, severity: high, any: [cadence: {}, identical: {}]}
            """)
        let new = try read(
            """
            incidents: {quiet: 2d}
            allow: 192.0.2.1
            rules:
              - {id: a, module: spam, severity: high, count: {per: actor, limit: {registered: 40, younger_than: {1d: 5}}, window: 2d}}
              - {id: c, module: spam, severity: low, mode: shadow, any: [cadence: {max_cv: 0.2}, repetition: {}]}
              - {id: d, module: spam, severity: high, report: , then: {block: {for: 1h}}}
            """)
        #expect(
            PolicyChange.between(old, new).map(\.description) == [
                "a: limit 50 → 40 for registered", "a: limit 30 for anonymous, no longer",
                "a: limit 5 for accounts younger than 1d, new", "a: window 1d → 2d",
                "c: severity high → low", "c: mode enforce → shadow", "c: cadence max_cv 0.1 → 0.2",
                "c: watches identical no longer", "c: watches repetition {}",
                "d: new rule (enforce)", "b: removed",
                "allow ip:192.0.2.1, new", "incidents quiet 1d → 2d",
            ])
        #expect(PolicyChange.between(old, old).isEmpty)
    }

    /// Every key, default and range of the reference comes from what the reader itself goes by.
    @Test func `what proxies are told is the policy's word, and none that Redis compiles`() throws {
        let old = try Self.read("rules: []")
        #expect(old.edge == Policy.Edge())
        let new = try Self.read(
            """
            edge: {trusted_proxies: [10.0.0.0/8, "2001:db8::1"], mirror_age: 1h, mirror_stale: closed}
            rules: []
            """)
        #expect(new.edge.trustedProxies == [try Network("10.0.0.0/8"), try Network("2001:db8::1/128")])
        #expect(new.edge.mirrorAge == .seconds(3600))
        #expect(new.edge.mirrorStale == .closed)
        #expect(try Self.read(new.yaml) == new)
        #expect(
            PolicyChange.between(old, new).map(\.description) == [
                "edge trusted_proxies [] → [10.0.0.0/8, \"2001:db8::1/128\"]", "edge mirror_age 5m → 1h",
                "edge mirror_stale open → closed",
            ])
        #expect(PolicyCompiler.compile(old) == PolicyCompiler.compile(new))
    }

    @Test func `the reference in the docs is the one that is made of the reader`() throws {
        let page = try Fixture.text("docs/policy.md")
        #expect(page.contains(PolicyReference.markdown), "run make docs")
    }
}
