/// What one policy has other than another, in words.
package struct PolicyChange: Sendable, Equatable {
    /// The rule that changes; nil for what stands outside of the rules.
    package var rule: String?
    /// `limit 50 → 40 for registered`
    package var words: String

    package init(rule: String?, words: String) {
        self.rule = rule
        self.words = words
    }

    /// Everything that `new` changes, rules in its order, then those that are gone, then the rest.
    package static func between(_ old: Policy, _ new: Policy) -> [PolicyChange] {
        var changes: [PolicyChange] = []
        for rule in new.rules {
            guard let before = old.rule(rule.id) else {
                changes.append(PolicyChange(rule: rule.id, words: "new rule (\(rule.mode.rawValue))"))
                continue
            }
            changes += words(of: before, rule).map { PolicyChange(rule: rule.id, words: $0) }
        }
        for rule in old.rules where new.rule(rule.id) == nil {
            changes.append(PolicyChange(rule: rule.id, words: "removed"))
        }
        let common = { (policy: Policy) in policy.rules.filter { old.rule($0.id) != nil && new.rule($0.id) != nil } }
        if common(old).map(\.id) != common(new).map(\.id) {
            changes.append(PolicyChange(rule: nil, words: "the rules stand in another order"))
        }
        changes += Form<Policy>.policy.differences(old, new).map { PolicyChange(rule: nil, words: words(of: $0)) }
        return changes
    }

    private static func words(of old: Rule, _ new: Rule) -> [String] {
        // The kind of watch goes without saying where it is the only one.
        let isOne = old.watches.map(\.name) == new.watches.map(\.name) && new.watches.count == 1
        let kinds = Set(WatchForm.all.map(\.name))
        return Form<Rule>.rule.differences(old, new).map { difference in
            guard let first = difference.path.first, kinds.contains(first) else { return words(of: difference) }
            if difference.path.count == 1 {
                return difference.old == nil
                    ? "watches \(first) \(difference.new ?? "")" : "watches \(first) no longer"
            }
            guard isOne else { return words(of: difference) }
            var rest = difference
            rest.path.removeFirst()
            return words(of: rest)
        }
    }

    private static func words(of difference: Difference) -> String {
        var path = difference.path
        var whom = ""
        if path.count > 1, let place = path.firstIndex(of: "limit"), place + 1 < path.count {
            let rest = Array(path[(place + 1)...])
            whom =
                rest.first == "younger_than"
                ? " for accounts younger than \(rest.last ?? "")" : " for \(rest.last ?? "")"
            path = Array(path[...place])
        }
        let name = path.joined(separator: " ")
        switch (difference.old, difference.new) {
        case (let old?, let new?): return "\(name) \(old) → \(new)\(whom)"
        case (nil, let new?): return "\(name) \(new)\(whom), new"
        case (let old, nil): return "\(name) \(old ?? "")\(whom), no longer"
        }
    }
}

extension PolicyChange: CustomStringConvertible {
    /// `daily_limit_hit: limit 50 → 40 for registered`
    package var description: String { rule.map { "\($0): \(words)" } ?? words }
}
