import SentinelCore

/// What a batch adds to the day's statistics. Names come from a fixed set and the policy's rules, never from input.
struct BatchCounts {
    private var limited: Int64 = 0
    /// Refused events by the rule that refused them.
    private var refusals: [String: Int64] = [:]
    private var reports: Int64 = 0
    private var kinds: [String: Int64] = [:]
    private var rules: [String: Int64] = [:]
    /// Flags that Redis would not take.
    var refusedFlags: Int64 = 0

    private static let namedKinds: Set<String> = ["content", "message", "signup", "login", "read", "request"]

    /// - Parameter policy: whose rules there are; what else stands in the log is no name.
    mutating func add(_ entry: LogEntry, by policy: Policy) {
        switch entry.content {
        case .event(let event):
            kinds[Self.namedKinds.contains(event.kind) ? event.kind : "other", default: 0] += 1
            if event.wasLimited {
                limited += 1
                let rule = event.flags.first { policy.rule($0.rule) != nil }?.rule
                refusals[rule ?? "other", default: 0] += 1
            }
        case .report: reports += 1
        case .unblock: break
        }
    }

    mutating func add(_ flag: Flag) {
        rules[flag.rule, default: 0] += Int64(flag.positions.count)
    }

    /// Name and count, zeros left out.
    var pairs: [(name: String, count: Int64)] {
        var pairs = kinds.map { (name: "kind:\($0.key)", count: $0.value) }
        pairs += rules.map { (name: "flag:\($0.key)", count: $0.value) }
        pairs += refusals.map { (name: "refused:\($0.key)", count: $0.value) }
        if limited > 0 { pairs.append(("limited", limited)) }
        if reports > 0 { pairs.append(("reports", reports)) }
        if refusedFlags > 0 { pairs.append(("flags_refused", refusedFlags)) }
        return pairs
    }
}
