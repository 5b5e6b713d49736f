/// Words of events: kinds, fields, subjects.

extension ValueForm where Value == String {
    /// A kind of event; apps may have kinds of their own.
    static let kind = word(
        "a kind of event: lower-case letters, digits and _, at most 64, like message", parse: { name($0, most: 64) },
        write: { $0 })

    /// What a rule or a field may be called.
    static func name(like example: String, most: Int) -> Self {
        word(
            "a name of lower-case letters, digits and _, at most \(most), like \(example)",
            parse: { name($0, most: most) }, write: { $0 })
    }

    private static func name(_ text: String, most: Int) -> String? {
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= most else { return nil }
        let isName = text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
        return isName ? text : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}

extension ValueForm where Value: RawRepresentable, Value.RawValue == String {
    /// One of the built-in fields, or of the policy's own of that type.
    fileprivate static func field(
        _ builtIn: [Value], or type: Policy.FieldType, make: @escaping @Sendable (String) -> Value
    ) -> Self {
        let words = builtIn.map(\.rawValue)
        let allowed = "one of \(words.joined(separator: ", ")), or a field of type \(type.rawValue) from `fields`"
        return Self(
            allowed,
            read: { node, reading in
                guard case .text(let text, _) = node.content, !node.isEmpty else {
                    reading.reject(node, allowed)
                    return nil
                }
                if words.contains(text) || reading.fields[text] == type { return make(text) }
                let all = words + reading.fields.filter { $0.value == type }.keys.sorted()
                reading.reject(
                    node, "one of \(all.joined(separator: ", "))", meant: Suggestion.nearest(to: text, among: all),
                    kind: .unknownField)
                return nil
            }, write: \.rawValue)
    }
}

extension ValueForm where Value == Rule.Scope {
    /// Whose count it is.
    static let scope = field(Rule.Scope.builtIn, or: .id) { Rule.Scope(rawValue: $0) }
}

extension ValueForm where Value == Rule.Field {
    /// Whose distinct values can be counted.
    static let countable = field(Rule.Field.countable, or: .id) { Rule.Field(rawValue: $0) }
    /// What can be summed.
    static let weight = field([Rule.Field.tokens], or: .number) { Rule.Field(rawValue: $0) }
}

extension ValueForm where Value == Subject {
    /// A user, an address, a network or any other subject.
    static let subject = word(
        "a subject: user:ada, an address, a network like 198.51.100.0/24, or any other <type>:<id>",
        parse: { text in
            if let address = try? IPAddress(text) { return Subject(of: address) }
            if let network = try? Network(text) { return Subject(of: network) }
            guard let subject = try? Subject(printable: text) else { return nil }
            switch subject.type {
            case "ip": return (try? IPAddress(parsing: subject.id)).map(Subject.init(of:))
            case "net": return (try? Network(parsing: subject.id)).map(Subject.init(of:))
            default: return subject
            }
        }, write: { YAMLText.write($0.description) })
}

extension ValueForm where Value == Network {
    /// Where somebody may be believed: never everywhere.
    static let network = word(
        "an address or a network like 10.0.0.0/8, with nothing set behind the prefix, and not of length 0",
        parse: { text in (try? Network(text)).flatMap { $0.length > 0 ? $0 : nil } },
        write: { YAMLText.write($0.description) })
}
