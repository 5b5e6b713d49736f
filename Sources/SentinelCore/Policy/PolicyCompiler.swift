/// Turns the counting half of a policy into the Lua table `POLICY` that stands at the head of the function library.
///
/// Rules that count the same events of the same subject share one *series*: one sorted set, one entry per event, however
/// many limits look at it. `lua/state.lua` tells how a series is kept.
package struct PolicyCompiler {
    private let policy: Policy
    private var scopes: [Scope] = []
    private var distinct: [Distinct] = []

    private struct Scope {
        var id: Rule.Scope
        var series: [Series] = []
    }

    private struct Series {
        var kinds: Set<String>
        var rules: [Limit] = []
        var weighs: Bool { rules.contains { $0.sums } }
        var window: Int64 { rules.map(\.window).max() ?? 0 }
    }

    private struct Limit {
        var id: String
        var limit: Int64
        var anonymous: Int64?
        var window: Int64
        var sums: Bool
        var enforces: Bool
    }

    private struct Distinct {
        var id: String
        var of: Rule.Field
        var per: Rule.Scope
        var kinds: Set<String>
        var limit: Int64
        var window: Int64
        var step: Int64 { max(1, window / Distinct.slices) }
        /// Slices of a distinct window: a finer slide costs more HyperLogLogs.
        static let slices: Int64 = 12
    }

    /// The Lua source of the policy: `local POLICY = …`, with its own hash inside.
    package static func compile(_ policy: Policy) -> String {
        var compiler = PolicyCompiler(policy: policy)
        compiler.collect()
        let body = compiler.body()
        return "local POLICY = (function()\n\(body)POLICY.hash = '\(Hash.hex(of: body))'\nreturn POLICY\nend)()\n"
    }

    /// The policy's hash, as `sentinel_info` tells it.
    package static func hash(of policy: Policy) -> String {
        var compiler = PolicyCompiler(policy: policy)
        compiler.collect()
        return Hash.hex(of: compiler.body())
    }

    private init(policy: Policy) {
        self.policy = policy
    }

    private mutating func collect() {
        // The actor's scope is always there: it also remembers addresses and ids.
        scopes = [Scope(id: .actor)]
        for rule in policy.rules {
            let enforces = rule.then.limit && rule.mode == .enforce
            for watch in rule.watches {
                switch watch {
                case .count(let count):
                    add(
                        Limit(
                            id: rule.id, limit: count.limit.base, anonymous: count.limit.anonymous,
                            window: count.window.milliseconds, sums: false, enforces: enforces),
                        to: count.of.kinds, count.per)
                case .sum(let sum):
                    add(
                        Limit(
                            id: rule.id, limit: sum.limit.base, anonymous: sum.limit.anonymous,
                            window: sum.window.milliseconds, sums: true, enforces: enforces),
                        to: sum.of.kinds, sum.per)
                case .distinct(let each):
                    distinct.append(
                        Distinct(
                            id: rule.id, of: each.field, per: each.per, kinds: each.of.kinds, limit: each.limit.base,
                            window: each.window.milliseconds))
                case .firstEvent, .cadence, .identical, .repetition, .duplicate, .report:
                    break
                }
            }
        }
    }

    private mutating func add(_ limit: Limit, to kinds: Set<String>, _ per: Rule.Scope) {
        let place =
            scopes.firstIndex { $0.id == per }
            ?? {
                scopes.append(Scope(id: per))
                return scopes.count - 1
            }()
        if let series = scopes[place].series.firstIndex(where: { $0.kinds == kinds }) {
            scopes[place].series[series].rules.append(limit)
        } else {
            scopes[place].series.append(Series(kinds: kinds, rules: [limit]))
        }
    }

    private func body() -> String {
        var lua = ""
        for (scopePlace, scope) in scopes.enumerated() {
            var offset = 31  // behind the fixed head of a state, see lua/state.lua
            var layout = ""
            for (place, series) in scope.series.enumerated() {
                let id = name(of: series, in: scope)
                let limits = series.rules.map { rule in
                    "{ id = '\(rule.id)', limit = \(rule.limit), "
                        + (rule.anonymous.map { "anonymous = \($0), " } ?? "")
                        + "window = \(rule.window), sum = \(rule.sums), enforce = \(rule.enforces) }"
                }
                let most = series.rules.map { $0.sums ? 1024 : $0.limit + 1 }.max() ?? 1024
                lua += "local series_\(scopePlace)_\(place) = { id = '\(id)', place = \(place + 1), "
                lua += "scope = '\(scope.id.rawValue)', offset = \(offset), weight = \(series.weighs), "
                lua += "window = \(series.window), most = \(most),\n  rules = { \(limits.joined(separator: ", ")) } }\n"
                layout += "\(id):" + series.rules.map { "\($0.window)\($0.sums ? "s" : "n")," }.joined() + ";"
                offset += 8 * (4 + 2 * series.rules.count)
            }
            let names = scope.series.indices.map { "series_\(scopePlace)_\($0)" }.joined(separator: ", ")
            let ttl = 2 * max(scope.series.map(\.window).max() ?? 0, policy.idTime.milliseconds)
            lua += "local scope_\(scopePlace) = { id = '\(scope.id.rawValue)', tag = \(Hash.short(of: layout)), "
            lua += "size = \(offset - 1), ttl = '\(ttl)', series = { \(names) } }\n"
        }
        for (place, rule) in distinct.enumerated() {
            lua += "local distinct_\(place) = { id = '\(rule.id)', of = '\(rule.of.rawValue)', "
            lua += "per = '\(rule.per.rawValue)', limit = \(rule.limit), window = \(rule.window), "
            lua += "step = \(rule.step), slices = \(Distinct.slices), paired = \(rule.of != .object) }\n"
        }
        lua += "local POLICY = {\n"
        lua += "  scopes = { \(scopes.indices.map { "scope_\($0)" }.joined(separator: ", ")) },\n"
        lua += "  kinds = {\n"
        let kinds = Set(scopes.flatMap { $0.series.flatMap(\.kinds) } + distinct.flatMap(\.kinds)).sorted()
        for kind in kinds { lua += "    \(kind) = \(watched(kind)),\n" }
        lua += "  },\n  other = \(watched(nil)),\n"
        lua += "  unwatched = { series = {}, distinct = {}, scopes = {} },\n  rules = {\n"
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
        lua += "tally_ttl = '\(policy.tallyTime.milliseconds)', memo_step = \(memoStep),\n}\n"
        return lua
    }

    /// Names a series by what it counts, so that another limit on the same events keeps the counts.
    private func name(of series: Series, in scope: Scope) -> String {
        let kinds = series.kinds.isEmpty ? "any" : series.kinds.sorted().joined(separator: "+")
        return "\(scope.id.rawValue).\(kinds)\(series.weighs ? ".tokens" : "")"
    }

    /// The lengths that verdicts look at, that of counted subjects among them: a block of one must be seen.
    private var networks6: [Int] {
        let counted = policy.subjectPrefix6
        return counted == 128 || policy.networks6.contains(counted) ? policy.networks6 : [counted] + policy.networks6
    }

    /// The step in which "this user at this address is counted" stays true: a divisor of every rule's slice.
    private var memoStep: Int64 {
        distinct.filter { $0.of != .object }.map(\.step).reduce(0, gcd).nonZero ?? 60_000
    }

    private func watched(_ kind: String?) -> String {
        func watches(_ kinds: Set<String>) -> Bool { kinds.isEmpty || kind.map(kinds.contains) ?? false }
        var series: [String] = []
        var used: [String] = []
        for (scopePlace, scope) in scopes.enumerated() {
            for (place, each) in scope.series.enumerated() where watches(each.kinds) {
                series.append("series_\(scopePlace)_\(place)")
                if !used.contains("\(scope.id.rawValue) = true") { used.append("\(scope.id.rawValue) = true") }
            }
        }
        let counted = distinct.indices.filter { watches(distinct[$0].kinds) }.map { "distinct_\($0)" }
        return "{ series = { \(series.joined(separator: ", ")) }, distinct = { \(counted.joined(separator: ", ")) }, "
            + "scopes = { \(used.joined(separator: ", ")) } }"
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

private func gcd(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? a : gcd(b, a % b) }

extension Int64 {
    fileprivate var nonZero: Int64? { self == 0 ? nil : self }
}
