extension WatchForm {
    static let pattern = WatchForm(
        "pattern",
        Form(
            "Texts that hold forbidden turns of phrase: expressions (PCRE2) in families with weights, read from a list.",
            blank: Rule.TextSearch(),
            [
                .key(
                    "kinds", \.kinds, ValueForm<String>.kind.set(1...32), "Which kinds of event.",
                    default: "the kinds that are posts"),
                .key(
                    "field", \.field,
                    .word(
                        of: [Rule.Field.text, .object, .username, .email].map { ($0.rawValue, $0) }, write: \.rawValue),
                    "Which field of the event is searched."),
                .key(
                    "list", \.list, .patterns,
                    "`jailbreak`, which is built in, or the path of a file, from where the policy lies."),
                .key("min_score", \.minimumScore, .decimal(0.01...1000), "From which sum of weights on."),
            ]), wrap: { .pattern($0) }, unwrap: { if case .pattern(let own) = $0 { own } else { nil } })
}

extension ValueForm where Value == Rule.Named<PatternList> {
    /// Lists by their built-in name or path; what is wrong in a file is told with its line and column.
    static let patterns = Self(
        "`jailbreak` or the path of a list",
        read: { node, reading in
            guard case .text(let name, _) = node.content, !node.isEmpty else {
                reading.reject(node, "`jailbreak` or the path of a list")
                return nil
            }
            if name == "jailbreak" { return .init(name: name, value: .jailbreak) }
            guard let bytes = reading.list(name, at: node.position) else { return nil }
            do throws(PatternList.Invalid) {
                return .init(name: name, value: try PatternList(parsing: bytes))
            } catch {
                reading.note(.file, at: node.position, "\(name): \(error)")
                return nil
            }
        }, write: { YAMLText.write($0.name) })
}
