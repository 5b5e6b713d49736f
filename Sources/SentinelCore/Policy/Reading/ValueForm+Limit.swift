extension ValueForm where Value == Limit {
    /// A number for everybody, or a mapping that tells who may have how much.
    static func limit(upTo most: Int64) -> Self {
        let number = ValueForm<Int64>.number(0...most)
        let form = Form<Limit>.limit(number)
        return ValueForm(
            "\(number.allowed), or a mapping that tells who may have how much", outline: form.outline,
            differences: { old, new in
                old.isOneNumber && new.isOneNumber
                    ? number.differences(old.base, new.base) : form.differences(old, new)
            },
            read: { node, reading in
                if case .text = node.content, !node.isEmpty { return number.read(node, &reading).map { Limit($0) } }
                return form.value.read(node, &reading)
            }, write: { $0.isOneNumber ? number.write($0.base) : form.write($0) })
    }
}

extension Limit {
    fileprivate var isOneNumber: Bool { anonymous == nil && young.isEmpty && kinds.isEmpty }

    /// `young` as the policy has it.
    fileprivate var youngerThan: [Duration: Int64] {
        get { Dictionary(young.map { ($0.age, $0.limit) }) { first, _ in first } }
        set { young = newValue.map { Young(under: $0.key, limit: $0.value) }.sorted { $0.age < $1.age } }
    }
}

extension Form where Target == Limit {
    fileprivate static func limit(_ number: ValueForm<Int64>) -> Self {
        Form(
            "Who may have how much. Of several that apply the first counts: the kind, no account, the youngest age.",
            blank: Limit(0),
            [
                .required("registered", \.base, number, "Registered users, and everybody whom nothing below fits."),
                .optional("anonymous", \.anonymous, number, "Events without an account.", default: "as registered"),
                .key(
                    "younger_than", \.youngerThan,
                    ValueForm<Duration>.duration(.seconds(1)...Duration.days(3650)).table(to: number, most: 8),
                    "Accounts younger than an age, by the `created` of the event: `{1d: 10}`."),
                .key(
                    "kinds", \.kinds, ValueForm<String>.kind.table(to: number, most: 32),
                    "Events of a kind, whatever else: `{signup: 5}`."),
            ])
    }
}
