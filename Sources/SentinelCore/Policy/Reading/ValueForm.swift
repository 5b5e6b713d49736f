/// How one kind of value stands in a policy: what is allowed, how it is read, and how it is written.
///
/// The one description of it: reading, messages, the written form, differences and the reference all come from here.
package struct ValueForm<Value: Sendable>: Sendable {
    /// For messages and the reference: `a duration from 1s to 30d, like 15m`.
    let allowed: String
    /// The value; nil after noting what is wrong.
    let read: @Sendable (YAMLNode, inout Reading) -> Value?
    /// As it is written in YAML, on one line.
    let write: @Sendable (Value) -> String
    /// What differs from the one to the other, in words' order.
    let differences: @Sendable (Value, Value) -> [Difference]
    /// The keys inside, where it is a mapping.
    let outline: Outline?

    /// - Parameter differences: nil to compare as a whole, by what is written.
    init(
        _ allowed: String, outline: Outline? = nil,
        differences: (@Sendable (Value, Value) -> [Difference])? = nil,
        read: @escaping @Sendable (YAMLNode, inout Reading) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) {
        self.allowed = allowed
        self.outline = outline
        self.read = read
        self.write = write
        self.differences =
            differences ?? { old, new in
                let (old, new) = (write(old), write(new))
                return old == new ? [] : [Difference(old: old, new: new)]
            }
    }

    /// Of a single word: nil is refused with what is allowed.
    static func word(
        _ allowed: String, parse: @escaping @Sendable (String) -> Value?, write: @escaping @Sendable (Value) -> String
    ) -> Self {
        Self(
            allowed,
            read: { node, reading in
                if case .text(let text, _) = node.content, !node.isEmpty, let value = parse(text) { return value }
                reading.reject(node, allowed)
                return nil
            },
            write: write)
    }
}

/// A value that one policy has other than another. `path` leads to it, from the outside in.
package struct Difference: Sendable, Equatable {
    package var path: [String] = []
    /// As written; nil where it is not there.
    package var old: String?
    package var new: String?

    func under(_ name: String) -> Self {
        Self(path: [name] + path, old: old, new: new)
    }
}
