import SentinelCore

/// One rule that counts, in its simplest exact form: what Redis does with its windows, without refusing anything.
struct WindowCount {
    let rule: Rule
    let counted: Counted
    private var times: [Subject: [Int64]] = [:]
    private var values: [Subject: [[UInt8]: Int64]] = [:]

    /// Nil for a rule that does not count events or values.
    init?(_ rule: Rule) {
        guard let counted = rule.counted else { return nil }
        if case .weight = counted.what { return nil }
        self.rule = rule
        self.counted = counted
    }

    /// Takes in the next event in the order of time. Whom it puts over the limit, if anybody.
    mutating func add(_ event: Event, prefix6: Int) -> Subject? {
        guard counted.of.matches(event), let at = event.at, let subject = subject(of: event, prefix6) else {
            return nil
        }
        let window = counted.window.milliseconds
        var count = 0
        switch counted.what {
        case .events:
            var all = times.removeValue(forKey: subject) ?? []
            all.removeAll { at - $0 >= window }
            all.append(at)
            count = all.count
            times[subject] = all
        case .values(let field):
            guard let value = event.bytes(of: field) else { return nil }
            var all = values.removeValue(forKey: subject) ?? [:]
            all[value] = at
            if all.count > Int(counted.limit.base) { all = all.filter { at - $0.value < window } }
            count = all.count
            values[subject] = all
        case .weight: return nil
        }
        return count > Int(counted.limit.base) ? subject : nil
    }

    private func subject(of event: Event, _ prefix6: Int) -> Subject? {
        let user = event.user.flatMap { try? Subject(type: "user", id: $0) }
        let address = event.ip.flatMap { try? IPAddress(parsing: $0) }
            .map { Subject(counting: $0, ipv6PrefixLength: prefix6) }
        switch counted.per {
        case .user: return user
        case .ip: return address
        case .actor: return user ?? address
        default: return nil
        }
    }
}
