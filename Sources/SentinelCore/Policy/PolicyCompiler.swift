/// Turns the counting half of a policy into the Lua table `POLICY` that stands at the head of the function library.
///
/// It says what the rules count and what follows, one line a rule; `lua/series.lua` makes of it what a verdict runs.
package struct PolicyCompiler {
    private let policy: Policy

    /// The Lua source of the policy: `local POLICY = …`, with its own hash inside.
    package static func compile(_ policy: Policy) -> String {
        let body = PolicyCompiler(policy: policy).body
        return "local POLICY = \(body)\nPOLICY.hash = '\(Hash.hex(of: body))'\n"
    }

    /// The policy's hash, as `sentinel_info` tells it.
    package static func hash(of policy: Policy) -> String {
        Hash.hex(of: PolicyCompiler(policy: policy).body)
    }

    private var body: String {
        var lua = "{\n  watches = {\n"
        for rule in policy.rules {
            for watch in rule.watches.compactMap(\.counted) { lua += "    \(entry(watch, of: rule)),\n" }
        }
        lua += "  },\n  rules = {\n"
        for rule in policy.rules { lua += "    \(rule.id) = \(entry(rule)),\n" }
        lua += "  },\n"
        lua += "  critical = \(block(policy.critical)),\n"
        lua += "  open_flags = { count = \(policy.openFlags), block = \(block(policy.openFlagsBlock)) },\n"
        lua += "  repeat_ttl = '\(policy.repeatTime.milliseconds)', quiet = \(policy.quiet.milliseconds), "
        lua += "retention = \(policy.retention.milliseconds),\n"
        lua += "  net4 = { \(policy.networks4.map(String.init).joined(separator: ", ")) }, "
        lua += "net6 = { \(networks6.map(String.init).joined(separator: ", ")) }, "
        lua += "subject6 = \(policy.subjectPrefix6),\n"
        lua += "  text_bytes = \(policy.textBytes), log_most = '\(policy.logEntries)', "
        lua += "alerts_most = '\(policy.alertEntries)', audit_most = '\(policy.auditEntries)',\n"
        lua += "  ids = \(policy.idsPerSubject), id_ttl = \(policy.idTime.milliseconds), "
        lua += "tally_ttl = '\(policy.tallyTime.milliseconds)',\n}"
        return lua
    }

    /// The lengths that verdicts look at, that of counted subjects among them: a block of one must be seen.
    private var networks6: [Int] {
        let counted = policy.subjectPrefix6
        return counted == 128 || policy.networks6.contains(counted) ? policy.networks6 : [counted] + policy.networks6
    }

    private func entry(_ watch: Counted, of rule: Rule) -> String {
        let what =
            switch watch.what {
            case .events: "count = true"
            case .weight(let field): "sum = '\(field.rawValue)'"
            case .values(let field): "distinct = '\(field.rawValue)'"
            }
        var isDistinct = false
        if case .values = watch.what { isDistinct = true }
        let kinds = watch.of.kinds.sorted().map { "'\($0)'" }.joined(separator: ", ")
        let anonymous = watch.limit.anonymous.map { "anonymous = \($0), " } ?? ""
        let enforces = rule.then.limit && rule.mode == .enforce && !isDistinct
        return "{ id = '\(rule.id)', \(what), per = '\(watch.per.rawValue)', kinds = { \(kinds) }, "
            + "limit = \(watch.limit.base), \(anonymous)window = \(watch.window.milliseconds), enforce = \(enforces) }"
    }

    private func entry(_ rule: Rule) -> String {
        var fields = "id = '\(rule.id)', module = '\(rule.module.rawValue)', severity = \(rule.severity.rawValue), "
        fields += "reason = '\(rule.module.reason)', shadow = \(rule.mode == .shadow), "
        fields += "report = \(rule.watches.contains(.report))"
        if let block = rule.then.block { fields += ", block = \(self.block(block))" }
        return "{ \(fields) }"
    }

    private func block(_ block: Rule.Block) -> String {
        "{ ['for'] = \(block.time.milliseconds), cap = \(block.cap.milliseconds) }"
    }
}
