/// A stored property that a key of a policy stands for.
typealias Place<Root, Value> = any WritableKeyPath<Root, Value> & Sendable

/// One key of a mapping: its type and meaning, and the property that it stands for.
package struct Key<Target: Sendable>: Sendable {
    let name: String
    let allowed: String
    let doc: String
    var isRequired = false
    var inner: Outline?
    /// In the reference, where the property's own default does not say it.
    var defaultWords: String?
    let read: @Sendable (YAMLNode, inout Target, inout Reading) -> Void
    /// As written; nil where there is nothing to write.
    let write: @Sendable (Target) -> String?
    let differences: @Sendable (Target, Target) -> [Difference]

    /// What is written of the target: nothing where it is as in the blank one, unless the key must be there.
    func written(_ target: Target, _ blank: Target) -> String? {
        guard let text = write(target) else { return nil }
        return isRequired || text != write(blank) ? text : nil
    }

    func outline(_ blank: Target) -> Outline.Key {
        Outline.Key(
            name: name, allowed: allowed, isRequired: isRequired,
            defaultText: isRequired ? nil : defaultWords ?? write(blank), doc: doc, inner: inner)
    }
}

extension Key {
    /// A key that may be left out: the blank target's value stands then.
    static func key<Value>(
        _ name: String, _ place: Place<Target, Value>, _ form: ValueForm<Value>, _ doc: String,
        default words: String? = nil
    ) -> Self {
        Self(
            name: name, allowed: form.allowed, doc: doc, inner: form.outline, defaultWords: words,
            read: { node, target, reading in
                if let value = form.read(node, &reading) { target[keyPath: place] = value }
            },
            write: { form.write($0[keyPath: place]) },
            differences: { old, new in
                form.differences(old[keyPath: place], new[keyPath: place]).map { $0.under(name) }
            })
    }

    /// A key without which the mapping says nothing.
    static func required<Value>(
        _ name: String, _ place: Place<Target, Value>, _ form: ValueForm<Value>, _ doc: String
    ) -> Self {
        var key = Self.key(name, place, form, doc)
        key.isRequired = true
        return key
    }

    /// A key of something that need not be.
    static func optional<Value>(
        _ name: String, _ place: Place<Target, Value?>, _ form: ValueForm<Value>, _ doc: String,
        default words: String? = nil
    ) -> Self {
        Self(
            name: name, allowed: form.allowed, doc: doc, inner: form.outline, defaultWords: words,
            read: { node, target, reading in
                if let value = form.read(node, &reading) { target[keyPath: place] = value }
            },
            write: { $0[keyPath: place].map(form.write) },
            differences: { old, new in
                switch (old[keyPath: place], new[keyPath: place]) {
                case (nil, nil): []
                case (let old?, let new?): form.differences(old, new).map { $0.under(name) }
                case (let old, let new): [Difference(path: [name], old: old.map(form.write), new: new.map(form.write))]
                }
            })
    }

    /// Keys of the same target that stand in a mapping of their own.
    static func group(_ name: String, _ form: Form<Target>) -> Self {
        Self(
            name: name, allowed: "a mapping", doc: form.doc, inner: form.outline, defaultWords: "",
            read: { node, target, reading in form.read(node, into: &target, &reading) },
            write: { form.write($0) },
            differences: { old, new in form.differences(old, new).map { $0.under(name) } })
    }
}
