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

extension Selection {
    /// Whether an event is meant: what Redis decides for live events, for recordings that do not pass through it.
    package func matches(_ event: Event) -> Bool {
        includes(kind: event.kind)
            && conditions.allSatisfy { condition in
                condition.values.contains { $0.matches(condition.field, of: event) }
            }
    }
}

extension Selection.Value {
    fileprivate func matches(_ field: Rule.Field, of event: Event) -> Bool {
        if case .range(let range) = self {
            switch field {
            case .status: return event.status.map(range.contains) ?? false
            case .tokens: return event.tokens.flatMap(Int.init(exactly:)).map(range.contains) ?? false
            default: return false
            }
        }
        guard let value = event.bytes(of: field) else { return false }
        switch self {
        case .exactly(let text): return value.elementsEqual(text.utf8)
        case .prefix(let text): return value.starts(with: text.utf8)
        case .suffix(let text): return value.reversed().starts(with: text.utf8.reversed())
        case .range: return false
        }
    }
}

extension Event {
    /// What a field holds, as bytes; nil where it holds nothing, or is none that has a text.
    package func bytes(of field: Rule.Field) -> [UInt8]? {
        switch field {
        case .user: user
        case .ip: ip
        case .object: object
        case .username: username
        case .email: email
        case .status: status.map { Array("\($0)".utf8) }
        default: nil
        }
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
