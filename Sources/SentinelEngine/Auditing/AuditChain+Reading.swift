package import SentinelCore

extension AuditChain {
    /// What the API found.
    package init?(object: JSONValue) {
        guard let checked = object["entries"]?.integer, let first = object["first"]?.integer else { return nil }
        self.init(
            checked: Int(checked), unchained: Int(object["unchained"]?.integer ?? 0), first: first,
            last: object["head"]?.text.flatMap(Head.init(parsing:)),
            problems: (object["problems"]?.items ?? []).compactMap(\.text))
    }
}
