extension ValueForm where Value == [Selection.Condition] {
    /// Conditions on fields: `{status: 4xx, object: [/login*, /signup]}`.
    static let conditions = ValueForm(
        "a mapping from fields to one value or a list: a text, `begin*`, `*end` (in quotes), of numbers also `4xx` and "
            + "`400-499`",
        read: { node, reading in
            guard case .mapping(let entries) = node.content else {
                reading.reject(node, "a mapping from fields to values, like {status: 4xx}")
                return nil
            }
            var conditions: [Selection.Condition] = []
            for entry in entries {
                reading.under(entry.key.clipped) { reading in
                    guard let field = field(entry, &reading) else { return }
                    let isNumber = field == .status || field == .tokens || reading.fields[field.rawValue] == .number
                    let values = isNumber ? ValueForm<Selection.Value>.numbers(field == .status) : .texts
                    if let values = values.list(1...64).read(entry.value, &reading) {
                        conditions.append(Selection.Condition(field, values))
                    }
                }
            }
            return conditions.sorted { $0.field.rawValue < $1.field.rawValue }
        },
        write: { conditions in
            let all = conditions.map { condition in
                "\(condition.field.rawValue): \(ValueForm<Selection.Value>.texts.list(1...64).write(condition.values))"
            }
            return "{\(all.joined(separator: ", "))}"
        })

    private static func field(_ entry: YAMLNode.Entry, _ reading: inout Reading) -> Rule.Field? {
        let known = (Rule.Field.conditional + [.tokens]).map(\.rawValue) + reading.fields.keys.sorted()
        if known.contains(entry.key) { return Rule.Field(rawValue: entry.key) }
        let meant = Suggestion.nearest(to: entry.key, among: known).map { "did you mean '\($0)'?" }
        reading.note(
            .unknownField, at: entry.keyPosition,
            "events have no field '\(entry.key.clipped)'; \(meant ?? "want one of \(known.joined(separator: ", "))")")
        return nil
    }
}

extension ValueForm where Value == Selection.Value {
    fileprivate static let texts = word(
        "a text of 1 to 256 bytes with at most one *, at its beginning or end",
        parse: { text in
            let inner = text.dropFirst().dropLast()
            guard text.utf8.count <= 256, text != "*", !inner.contains("*") else { return nil }
            switch (text.hasPrefix("*"), text.hasSuffix("*")) {
            case (true, true): return nil
            case (true, false): return .suffix(String(text.dropFirst()))
            case (false, true): return .prefix(String(text.dropLast()))
            case (false, false): return .exactly(text)
            }
        }, write: { YAMLText.write($0.description) })

    /// A number, a range of them, and of a status a class.
    fileprivate static func numbers(_ isStatus: Bool) -> Self {
        let bounds = isStatus ? 100...599 : 0...1_000_000_000
        return word(
            isStatus
                ? "a status from 100 to 599, a class like 4xx, or a range like 400-499"
                : "a whole number from 0 to 1,000,000,000, or a range like 5-10",
            parse: { text in
                if isStatus, text.hasSuffix("xx"), let hundreds = Number.whole(String(text.dropLast(2))) {
                    return (1...5).contains(hundreds) ? .range(Int(hundreds) * 100...Int(hundreds) * 100 + 99) : nil
                }
                let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Number.whole(String($0)) }
                guard ends.count <= 2, let low = ends[0], let high = ends.last ?? nil, low <= high,
                    bounds.contains(Int(low)), bounds.contains(Int(high))
                else { return nil }
                return .range(Int(low)...Int(high))
            }, write: \.description)
    }
}
