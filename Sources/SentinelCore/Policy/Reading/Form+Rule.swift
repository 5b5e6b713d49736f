extension Form where Target == Rule {
    static let rule = Form(
        "One rule: what it watches, how bad it is, and what follows. It watches one of the kinds below, or `any` of several.",
        blank: Rule("", .spam, .low, any: []),
        [
            .required(
                "id", \.id, .name(like: "login_burst", most: 64), "Names the flag in verdicts, incidents and alerts."),
            .required("module", \.module, .choice, "What kind of abuse it is about."),
            .required("severity", \.severity, .severity, "How bad it is. A critical flag blocks at once."),
            .key("mode", \.mode, .choice, "`shadow` counts and stores incidents, but refuses and blocks nothing."),
        ] + WatchForm.all.map(Key.watch) + [
            .any,
            .key(
                "then", \.then, Form<Rule.Outcome>.outcome.value, "What follows a flag.",
                default: "an incident and an alert"),
        ]
    ) { rule, given, reading in
        let names = rule.watches.map(\.name)
        guard !rule.watches.isEmpty else {
            let kinds = WatchForm.all.map(\.name).joined(separator: ", ")
            return reading.note(
                .missingKey, at: given.position, "the rule watches nothing; want one of \(kinds), or any: […] of them")
        }
        let isBeside = WatchForm.all.contains { given.has($0.name) }
        if given.has("any") ? isBeside : names.count > 1 {
            let second = WatchForm.all.last { given.has($0.name) }?.name ?? "any"
            reading.note(
                .conflict, at: given.position(second),
                "the rule watches several things side by side; put all of them under any: […]")
        } else if names.count > 1, let counting = rule.watches.first(where: \.runsInRedis) {
            reading.note(
                .conflict, at: given.position("any"),
                "\(counting.name) is decided inside Redis and stands alone in its rule; make it a rule of its own")
        }
        if Set(names).count < names.count {
            reading.note(.duplicate, at: given.position("any"), "one kind of watch stands here twice")
        }
        if rule.then.limit, !rule.watches.contains(where: \.canRefuse) {
            reading.note(
                .unreachable, at: given.position("then"),
                "limit: true never takes effect: only count and sum can refuse an event before it happens")
        }
        if rule.severity == .critical, rule.then.block != nil {
            reading.note(
                .unreachable, at: given.position("then"),
                "block never takes effect: critical flags block as blocks.critical says")
        }
    }
}

extension Rule.Watch {
    /// Whether Redis can refuse an event for it.
    var canRefuse: Bool {
        switch self {
        case .count, .sum: true
        default: false
        }
    }
}

extension ValueForm where Value == Rule.Severity {
    static let severity = word(
        of: [("low", .low), ("medium", .medium), ("high", .high), ("critical", .critical)], write: { "\($0)" })
}

extension Key where Target == Rule {
    /// A kind of watch, standing by itself in the rule.
    static func watch(_ form: WatchForm) -> Self {
        Key(
            name: form.name, allowed: "a mapping", doc: form.outline.doc, inner: form.outline, defaultWords: "",
            read: { node, rule, reading in
                if let watch = form.read(node, &reading) { rule.watches.append(watch) }
            },
            write: { $0.watches.count == 1 ? form.write($0.watches[0]) : nil },
            differences: { old, new in
                let before = old.watches.first { $0.name == form.name }
                let after = new.watches.first { $0.name == form.name }
                switch (before, after) {
                case (nil, nil): return []
                case (let old?, let new?): return form.differences(old, new).map { $0.under(form.name) }
                case (let old, let new):
                    return [Difference(path: [form.name], old: old.flatMap(form.write), new: new.flatMap(form.write))]
                }
            })
    }

    /// Several watches, any of which meets the rule.
    static var any: Self {
        let words = WatchForm.all.map(\.name)
        return Key(
            name: "any", allowed: "a list of mappings, each with one kind of watch",
            doc: "Any of these meets the rule. Not those that run inside Redis: count, sum, distinct.",
            defaultWords: "",
            read: { node, rule, reading in
                guard case .list(let items) = node.content, (1...16).contains(items.count) else {
                    return reading.reject(node, "a list of 1 to 16 mappings, each with one kind of watch")
                }
                for (place, item) in items.enumerated() {
                    reading.under("[\(place)]") { reading in
                        guard case .mapping(let entries) = item.content, entries.count == 1, let entry = entries.first
                        else { return reading.reject(item, "a mapping with one kind of watch, like {cadence: {}}") }
                        guard let form = WatchForm.all.first(where: { $0.name == entry.key }) else {
                            let meant = Suggestion.nearest(to: entry.key, among: words).map { "did you mean '\($0)'?" }
                            return reading.note(
                                .unknownKey, at: entry.keyPosition,
                                "unknown kind of watch '\(entry.key.clipped)'; "
                                    + (meant ?? "known: " + words.joined(separator: ", ")))
                        }
                        reading.under(form.name) { reading in
                            if let watch = form.read(entry.value, &reading) { rule.watches.append(watch) }
                        }
                    }
                }
            },
            write: { rule in
                guard rule.watches.count > 1 else { return nil }
                let all = rule.watches.map { watch in
                    "{\(watch.name): \(WatchForm.of(watch)?.write(watch) ?? "{}")}"
                }
                return "[\(all.joined(separator: ", "))]"
            },
            differences: { _, _ in [] })
    }
}
