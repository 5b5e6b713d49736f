/// How one kind of watch stands in a policy: its word and its keys. A new kind is a file in `Kinds` and a line in ``all``.
package struct WatchForm: Sendable {
    let name: String
    let outline: Outline
    let read: @Sendable (YAMLNode, inout Reading) -> Rule.Watch?
    /// Nil of another kind of watch.
    let write: @Sendable (Rule.Watch) -> String?
    let differences: @Sendable (Rule.Watch, Rule.Watch) -> [Difference]

    /// - Parameters:
    ///   - wrap: makes the watch.
    ///   - unwrap: takes it apart; nil of another kind of watch.
    init<Parameters: Sendable>(
        _ name: String, _ form: Form<Parameters>, wrap: @escaping @Sendable (Parameters) -> Rule.Watch,
        unwrap: @escaping @Sendable (Rule.Watch) -> Parameters?
    ) {
        self.name = name
        outline = form.outline
        read = { node, reading in form.value.read(node, &reading).map(wrap) }
        write = { unwrap($0).map(form.write) }
        differences = { old, new in
            guard let old = unwrap(old), let new = unwrap(new) else { return [] }
            return form.differences(old, new)
        }
    }

    /// Every kind of watch, in the order of the reference.
    static let all: [WatchForm] = [
        .count, .sum, .distinct, .firstEvent, .cadence, .identical, .repetition, .duplicate, .report, .score,
    ]

    static func of(_ watch: Rule.Watch) -> WatchForm? { all.first { $0.name == watch.name } }
}
