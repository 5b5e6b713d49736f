extension ValueForm where Value == Bool {
    static let bool = word("true or false", parse: { ["true": true, "false": false][$0] }, write: { "\($0)" })
}

extension ValueForm where Value == Int64 {
    /// A whole number; digits may be grouped: `100_000`.
    static func number(_ range: ClosedRange<Int64>) -> Self {
        word(
            range.lowerBound == range.upperBound
                ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(grouped(range.upperBound))",
            parse: { text in Number.whole(text).flatMap { range.contains($0) ? $0 : nil } }, write: { "\($0)" })
    }

    /// A duration that is kept in milliseconds.
    static func milliseconds(_ range: ClosedRange<Duration>) -> Self {
        ValueForm<Duration>.duration(range).mapped(from: { .milliseconds($0) }, to: { $0.milliseconds })
    }
}

extension ValueForm where Value == Int {
    static func number(_ range: ClosedRange<Int>) -> Self {
        ValueForm<Int64>.number(Int64(range.lowerBound)...Int64(range.upperBound)).mapped(
            from: { Int64($0) }, to: { Int($0) })
    }
}

extension ValueForm where Value == Double {
    static func decimal(_ range: ClosedRange<Double>) -> Self {
        word(
            "a number from \(short(range.lowerBound)) to \(short(range.upperBound))",
            parse: { text in Number.decimal(text).flatMap { range.contains($0) ? $0 : nil } }, write: { short($0) })
    }

    /// A part of a whole.
    static let share = decimal(0...1)
}

extension ValueForm where Value == Duration {
    /// A number with its unit; nothing without a unit, for nobody knows which was meant.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        word(
            "a duration from \(DurationText.show(range.lowerBound)) to \(DurationText.show(range.upperBound)), like "
                + "90s, 15m, 4h, 7d",
            parse: { text in
                guard Number.whole(text) == nil, let duration = DurationText.parse(text) else { return nil }
                return range.contains(duration) ? duration : nil
            }, write: DurationText.show)
    }
}

extension ValueForm where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the enum's words.
    static var choice: Self {
        .word(of: Value.allCases.map { ($0.rawValue, $0) }, write: \.rawValue)
    }
}

extension ValueForm {
    /// One of some words.
    static func word(of choices: [(word: String, value: Value)], write: @escaping @Sendable (Value) -> String) -> Self {
        let words = choices.map(\.word)
        let allowed = "one of \(words.joined(separator: ", "))"
        return Self(
            allowed,
            read: { node, reading in
                guard case .text(let text, _) = node.content, !node.isEmpty else {
                    reading.reject(node, allowed)
                    return nil
                }
                if let choice = choices.first(where: { $0.word == text }) { return choice.value }
                reading.reject(node, allowed, meant: Suggestion.nearest(to: text.lowercased(), among: words))
                return nil
            }, write: write)
    }

    /// The same in another type.
    func mapped<Other: Sendable>(
        from: @escaping @Sendable (Other) -> Value, to: @escaping @Sendable (Value) -> Other
    ) -> ValueForm<Other> {
        ValueForm<Other>(
            allowed, outline: outline,
            differences: { [differences] in differences(from($0), from($1)) },
            read: { [read] node, reading in read(node, &reading).map(to) },
            write: { [write] in write(from($0)) })
    }

    /// A list of these; one may stand without brackets. None twice.
    func list(_ range: ClosedRange<Int>) -> ValueForm<[Value]> where Value: Hashable {
        let allowed = range.upperBound == 1 ? self.allowed : "\(self.allowed), or a list of up to \(range.upperBound)"
        return ValueForm<[Value]>(
            allowed,
            read: { [read] node, reading in
                guard case .list(let nodes) = node.content else { return read(node, &reading).map { [$0] } }
                guard range.contains(nodes.count) else {
                    reading.note(
                        .value, at: node.position,
                        "\(nodes.count) stand here; want \(range.lowerBound) to \(range.upperBound)")
                    return nil
                }
                var values: [Value] = []
                for (place, node) in nodes.enumerated() {
                    reading.under("[\(place)]") { reading in
                        guard let value = read(node, &reading) else { return }
                        if values.contains(value) {
                            reading.note(.duplicate, at: node.position, "stands here twice")
                        } else {
                            values.append(value)
                        }
                    }
                }
                return values
            },
            write: { [write] values in
                values.count == 1 ? write(values[0]) : "[\(values.map(write).joined(separator: ", "))]"
            })
    }

    /// The same as a set, written in the order of its texts.
    func set(_ range: ClosedRange<Int>) -> ValueForm<Set<Value>> where Value: Hashable {
        list(range).mapped(
            from: { [write] set in set.sorted { write($0) < write($1) } }, to: { Set($0) })
    }

    /// A mapping from any of these to any of those.
    func table<Item: Sendable>(to items: ValueForm<Item>, most: Int) -> ValueForm<[Value: Item]>
    where Value: Hashable {
        let allowed = "a mapping of up to \(most) from \(self.allowed) to \(items.allowed)"
        return ValueForm<[Value: Item]>(
            allowed,
            differences: { [write] old, new in
                Set(old.keys).union(new.keys).sorted { write($0) < write($1) }.flatMap { key -> [Difference] in
                    guard let before = old[key], let after = new[key] else {
                        return [
                            Difference(
                                path: [write(key)], old: old[key].map(items.write), new: new[key].map(items.write))
                        ]
                    }
                    return items.differences(before, after).map { $0.under(write(key)) }
                }
            },
            read: { [read] node, reading in
                guard case .mapping(let entries) = node.content else {
                    reading.reject(node, allowed)
                    return nil
                }
                guard entries.count <= most else {
                    reading.note(.value, at: node.position, "\(entries.count) stand here; at most \(most) are allowed")
                    return nil
                }
                var table: [Value: Item] = [:]
                for entry in entries {
                    reading.under(entry.key.clipped) { reading in
                        let name = YAMLNode(content: .text(entry.key, isPlain: false), position: entry.keyPosition)
                        let (key, item) = (read(name, &reading), items.read(entry.value, &reading))
                        guard let key, let item else { return }
                        if table.updateValue(item, forKey: key) != nil {
                            reading.note(.duplicate, at: entry.keyPosition, "stands here twice")
                        }
                    }
                }
                return table
            },
            write: { [write] table in
                let entries = table.map { (write($0.key), items.write($0.value)) }.sorted { $0.0 < $1.0 }
                return "{\(entries.map { "\($0.0): \($0.1)" }.joined(separator: ", "))}"
            })
    }
}

/// Numbers as they stand in a policy.
enum Number {
    /// Digits, grouped by single underscores or not; nil if it is something else or beyond 64 bits.
    static func whole(_ text: String) -> Int64? {
        let groups = text.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
        return Int64(text.filter { $0 != "_" })
    }

    /// Digits with at most one point between them.
    static func decimal(_ text: String) -> Double? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, text.utf8.count <= 20, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) })
        else {
            return nil
        }
        return Double(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

/// `1,000,000`
private func grouped(_ number: Int64) -> String {
    var text = ""
    for (place, digit) in String(number).reversed().enumerated() {
        if place > 0, place % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return String(text.reversed())
}

/// `2`, not `2.0`.
private func short(_ number: Double) -> String {
    number == number.rounded() && number.magnitude < 1e15 ? "\(Int64(number))" : "\(number)"
}
