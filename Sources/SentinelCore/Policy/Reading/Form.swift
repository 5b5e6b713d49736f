/// A mapping of the policy: its keys, each with its type, range, default and meaning.
package struct Form<Target: Sendable>: Sendable {
    /// What it is, in one sentence, for the reference.
    let doc: String
    /// What stands where no key is given.
    let blank: Target
    let keys: [Key<Target>]
    /// Looks at what the keys say together; called when each by itself is right.
    let check: @Sendable (inout Target, Given, inout Reading) -> Void

    /// Where the keys of a mapping stand.
    struct Given {
        let position: YAMLNode.Position
        fileprivate let entries: [String: YAMLNode.Position]

        /// Whether the file has the key.
        func has(_ key: String) -> Bool { entries[key] != nil }

        /// Where the key stands, or the mapping that lacks it.
        func position(_ key: String) -> YAMLNode.Position { entries[key] ?? position }
    }

    init(
        _ doc: String, blank: Target, _ keys: [Key<Target>],
        check: @escaping @Sendable (inout Target, Given, inout Reading) -> Void = { _, _, _ in }
    ) {
        self.doc = doc
        self.blank = blank
        self.keys = keys
        self.check = check
    }

    /// Reads a mapping into a target. Nothing at all stands for an empty mapping.
    func read(_ node: YAMLNode, into target: inout Target, _ reading: inout Reading) {
        let entries: [YAMLNode.Entry]
        switch node.content {
        case .mapping(let all): entries = all
        case .text where node.isEmpty: entries = []
        default: return reading.reject(node, "a mapping with keys of \(names.joined(separator: ", "))")
        }
        let before = reading.count
        var places: [String: YAMLNode.Position] = [:]
        for entry in entries {
            places[entry.key] = entry.value.position
            guard !names.contains(entry.key) else { continue }
            let meant = Suggestion.nearest(to: entry.key, among: names).map { "did you mean '\($0)'?" }
            reading.note(
                .unknownKey, at: entry.keyPosition,
                "unknown key '\(entry.key.clipped)'; \(meant ?? "known here: " + names.joined(separator: ", "))")
        }
        for key in keys {
            if let entry = entries.first(where: { $0.key == key.name }) {
                reading.under(key.name) { key.read(entry.value, &target, &$0) }
            } else if key.isRequired {
                reading.note(.missingKey, at: node.position, "key '\(key.name)' is missing: \(key.allowed)")
            }
        }
        if reading.count == before { check(&target, Given(position: node.position, entries: places), &reading) }
    }

    /// The keys that are not as in `blank`, in braces.
    func write(_ target: Target) -> String {
        "{\(keys.compactMap { key in key.written(target, blank).map { "\(key.name): \($0)" } }.joined(separator: ", "))}"
    }

    func differences(_ old: Target, _ new: Target) -> [Difference] {
        keys.flatMap { $0.differences(old, new) }
    }

    var names: [String] { keys.map(\.name) }

    var outline: Outline { Outline(doc: doc, keys: keys.map { $0.outline(blank) }) }

    /// The mapping as a value.
    var value: ValueForm<Target> {
        ValueForm(
            "a mapping", outline: outline, differences: differences,
            read: { node, reading in
                let before = reading.count
                var target = blank
                read(node, into: &target, &reading)
                return reading.count == before ? target : nil
            }, write: write)
    }
}

/// What the reference says of a mapping.
package struct Outline: Sendable {
    package struct Key: Sendable {
        package var name: String
        package var allowed: String
        package var isRequired: Bool
        /// As written; nil if there is none.
        package var defaultText: String?
        package var doc: String
        /// Of a mapping inside.
        package var inner: Outline?
    }

    package var doc: String
    package var keys: [Key]
}
