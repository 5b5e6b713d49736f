import SentinelCore
import Testing

/// What the compiler says of a rule; `Tests/Conformance` shows what Redis makes of it.
@Suite struct PolicyCompilerTests {
    func lua(_ watch: Rule.Watch, then: Rule.Outcome = .init(limit: true)) -> String {
        PolicyCompiler.compile(Policy(rules: [Rule("rule", .spam, .high, watch, then: then)]))
    }

    @Test func `a count says kinds, conditions and every limit`() {
        let selection = Selection(
            ["read", "login"],
            where: [
                .init(.status, [.exactly("404"), .range(500...599)]), .init(.object, [.prefix("/a"), .suffix("'\n")]),
            ])
        let limit = Limit(
            9, anonymous: 3, young: [.init(under: .seconds(60), limit: 1), .init(under: .seconds(5), limit: 0)],
            kinds: ["login": 4])
        let text = lua(.count(.init(selection, per: .object, limit: limit, window: .seconds(2))))
        #expect(
            text.contains(
                """
                { id = 'rule', count = true, per = 'object', kinds = { 'login', 'read' }, \
                where = { { field = 'object', prefixes = { '/a' }, suffixes = { '\\039\\010' } }, \
                { field = 'status', is = { '404' }, ranges = { { 500, 599 } } } }, limit = 9, anonymous = 3, \
                young = { { 5000, 0 }, { 60000, 1 } }, by_kind = { ['login'] = 4 }, window = 2000, enforce = true }
                """))
    }

    @Test func `a shadow rule and a distinct count refuse nothing`() {
        let count = Rule.Watch.count(.init(.init(), per: .actor, limit: 1, window: .seconds(1)))
        var policy = Policy(rules: [Rule("rule", .spam, .high, count, then: .init(limit: true), mode: .shadow)])
        #expect(PolicyCompiler.compile(policy).contains("enforce = false"))
        let distinct = Rule.Watch.distinct(.init(.network, per: .user, limit: 1, window: .seconds(1)))
        policy.rules = [Rule("rule", .spam, .high, distinct, then: .init(limit: true))]
        #expect(PolicyCompiler.compile(policy).contains("distinct = 'network'"))
        #expect(PolicyCompiler.compile(policy).contains("enforce = false"))
    }

    @Test func `what follows a flag is said: whom it blocks, how, and that it is silent`() {
        let block = Rule.Block(for: .seconds(1), cap: .seconds(9), escalation: 1.5, action: .throttle, on: .both)
        let text = lua(.report, then: .init(alert: false, block: block))
        #expect(
            text.contains(
                "silent = true, block = { ['for'] = 1000, cap = 9000, escalation = 1.5, action = 'throttle', on = 'both' }"
            ))
    }

    @Test func `an allowed network is one of those that verdicts look at`() throws {
        var policy = Policy.standard
        policy.allow = [
            try Subject(printable: "net:10.0.0.0/8"), try Subject(printable: "net:2001:db8::/32"),
            try Subject(printable: "user:it's"),
        ]
        let text = PolicyCompiler.compile(policy)
        #expect(text.contains("allow = { 'net:10.0.0.0/8', 'net:2001:db8::/32', 'user:it\\039s' }"))
        #expect(text.contains("net4 = { 24, 16, 8 }, net6 = { 64, 48, 32 }"))
    }

    @Test func `the hash tells one policy from another, and not when it was loaded`() {
        var policy = Policy.standard
        let hash = PolicyCompiler.hash(of: policy)
        #expect(PolicyCompiler.compile(policy).contains("POLICY.hash = '\(hash)'"))
        policy.textBytes += 1
        #expect(PolicyCompiler.hash(of: policy) != hash)
    }
}
