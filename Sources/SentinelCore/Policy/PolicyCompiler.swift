/// Turns the counting half of a policy into the Lua table `POLICY` that stands at the head of the function library.
///
/// It says what the rules count and what follows, one line a rule; `lua/watched.lua` makes of it what a verdict runs.
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
        lua += "  allow = \(list(policy.allow.map { quoted($0.bytes) })), fields = \(list(fields)),\n"
        lua += "  net4 = \(list(lengths(policy.networks4, .v4).map(String.init))), "
        lua += "net6 = \(list(lengths(networks6, .v6).map(String.init))), "
        lua += "subject6 = \(policy.subjectPrefix6),\n"
        lua += "  text_bytes = \(policy.textBytes), log_most = '\(policy.logEntries)', "
        lua += "alerts_most = '\(policy.alertEntries)', audit_most = '\(policy.auditEntries)',\n"
        lua += "  ids = \(policy.idsPerSubject), id_ttl = \(policy.idTime.milliseconds), "
        lua += "tally_ttl = '\(policy.tallyTime.milliseconds)',\n}"
        return lua
    }

    private var fields: [String] {
        policy.fields.sorted { $0.key < $1.key }.map { "[\(quoted($0.key))] = '\($0.value.rawValue)'" }
    }

    /// These lengths and those of the networks that the policy allows: an allowed network must be seen.
    private func lengths(_ lengths: [Int], _ family: IPAddress.Family) -> [Int] {
        var all = lengths
        for subject in policy.allow where subject.type == "net" {
            guard let network = try? Network(parsing: subject.id), network.base.family == family else { continue }
            if !all.contains(network.length) { all.append(network.length) }
        }
        return all
    }

    /// The lengths that verdicts look at, that of counted subjects among them: a block of one must be seen.
    private var networks6: [Int] {
        let counted = policy.subjectPrefix6
        return counted == 128 || policy.networks6.contains(counted) ? policy.networks6 : [counted] + policy.networks6
    }

    /// One entry of `watches`: what a rule counts, of which events, and how much is allowed.
    private func entry(_ watch: Counted, of rule: Rule) -> String {
        var fields = "id = '\(rule.id)', "
        var isDistinct = false
        switch watch.what {
        case .events: fields += "count = true, "
        case .weight(let field): fields += "sum = \(quoted(field.rawValue)), "
        case .values(let field):
            fields += "distinct = \(quoted(field.rawValue)), "
            isDistinct = true
        }
        fields += "per = \(quoted(watch.per.rawValue)), kinds = \(list(watch.of.kinds.sorted().map(quoted))), "
        if !watch.of.conditions.isEmpty {
            fields += "where = \(list(watch.of.conditions.map(condition))), "
        }
        fields += "limit = \(watch.limit.base), "
        if let anonymous = watch.limit.anonymous { fields += "anonymous = \(anonymous), " }
        if !watch.limit.young.isEmpty {
            let young = watch.limit.young.map { "{ \($0.age.milliseconds), \($0.limit) }" }
            fields += "young = \(list(young)), "
        }
        if !watch.limit.kinds.isEmpty {
            let kinds = watch.limit.kinds.sorted { $0.key < $1.key }.map { "[\(quoted($0.key))] = \($0.value)" }
            fields += "by_kind = \(list(kinds)), "
        }
        let enforces = rule.then.limit && rule.mode == .enforce && !isDistinct
        return "{ \(fields)window = \(watch.window.milliseconds), enforce = \(enforces) }"
    }

    private func condition(_ condition: Selection.Condition) -> String {
        var exact: [String] = []
        var prefixes: [String] = []
        var suffixes: [String] = []
        var ranges: [String] = []
        for value in condition.values {
            switch value {
            case .exactly(let text): exact.append(quoted(text))
            case .prefix(let text): prefixes.append(quoted(text))
            case .suffix(let text): suffixes.append(quoted(text))
            case .range(let range): ranges.append("{ \(range.lowerBound), \(range.upperBound) }")
            }
        }
        let parts = [("is", exact), ("prefixes", prefixes), ("suffixes", suffixes), ("ranges", ranges)]
        let filled = parts.filter { !$0.1.isEmpty }.map { "\($0.0) = \(list($0.1))" }
        return "{ field = \(quoted(condition.field.rawValue)), \(filled.joined(separator: ", ")) }"
    }

    private func entry(_ rule: Rule) -> String {
        var fields = "id = '\(rule.id)', module = '\(rule.module.rawValue)', severity = \(rule.severity.rawValue), "
        fields += "reason = '\(rule.module.reason)', shadow = \(rule.mode == .shadow), "
        fields += "report = \(rule.watches.contains(.report))"
        if rule.watchesScore { fields += ", score = true" }
        if !rule.then.alert { fields += ", silent = true" }
        if let block = rule.then.block { fields += ", block = \(self.block(block))" }
        return "{ \(fields) }"
    }

    private func block(_ block: Rule.Block) -> String {
        "{ ['for'] = \(block.time.milliseconds), cap = \(block.cap.milliseconds), escalation = \(block.escalation), "
            + "action = '\(block.action.rawValue)', on = '\(block.target.rawValue)' }"
    }

    private func list(_ items: [String]) -> String {
        items.isEmpty ? "{  }" : "{ \(items.joined(separator: ", ")) }"
    }

    /// A Lua string of any bytes.
    private func quoted(_ text: String) -> String {
        quoted(Array(text.utf8))
    }

    private func quoted(_ bytes: [UInt8]) -> String {
        var lua = "'"
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"), ..<32, 127...:
                let digits = String(byte)
                lua += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            default: lua.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return lua + "'"
    }
}
