/// Which events a rule is about: of these kinds, and with fields that meet every condition.
package struct Selection: Sendable, Hashable {
    /// Empty: all kinds.
    package var kinds: Set<String>
    /// Each field at most once, in the order of their names.
    package var conditions: [Condition]

    package init(_ kinds: Set<String> = [], where conditions: [Condition] = []) {
        self.kinds = kinds
        self.conditions = conditions.sorted { $0.field.rawValue < $1.field.rawValue }
    }

    /// Whether events of this kind can be meant at all.
    package func includes(kind: String) -> Bool { kinds.isEmpty || kinds.contains(kind) }

    /// One field that must have one of several values. An event without the field does not meet it.
    package struct Condition: Sendable, Hashable {
        package var field: Rule.Field
        /// Never empty.
        package var values: [Value]

        package init(_ field: Rule.Field, _ values: [Value]) {
            self.field = field
            self.values = values
        }
    }

    /// What a condition wants of a field.
    package enum Value: Sendable, Hashable {
        /// These bytes.
        case exactly(String)
        /// `name*`
        case prefix(String)
        /// `*name`
        case suffix(String)
        /// Of numbers, such as a status: `404`, `4xx`, `400-499`, both ends included.
        case range(ClosedRange<Int>)
    }
}

extension Selection.Value: CustomStringConvertible {
    /// As it is written in a policy: `404`, `4xx`, `400-499`, `/api/*`.
    package var description: String {
        switch self {
        case .exactly(let text): text
        case .prefix(let text): text + "*"
        case .suffix(let text): "*" + text
        case .range(let range) where range.count == 1: "\(range.lowerBound)"
        case .range(let range) where range.count == 100 && range.lowerBound % 100 == 0: "\(range.lowerBound / 100)xx"
        case .range(let range): "\(range.lowerBound)-\(range.upperBound)"
        }
    }
}
