extension Form where Target == Policy {
    /// The whole document.
    static let policy = Form(
        "The rules and the bounds that a Sentinel runs by.", blank: Policy(rules: []),
        [
            .group("events", events), .fields, .allow, .group("addresses", addresses), .group("blocks", blocks),
            .group("edge", edge),
            .group("incidents", incidents), .group("suspicion", suspicion), .group("retention", retention),
            .group("timeline", timeline), .group("log", log), .group("ids", ids),
            .key(
                "partitions", \.partitions, .number(1...1),
                "Parts of the key space. Only 1 until Redis Cluster is served."),
            .rules,
        ]
    ) { policy, given, reading in
        for subject in policy.allow {
            guard subject.type == "net", let network = try? Network(parsing: subject.id) else { continue }
            let isOld = network.base.family == .v4
            let lengths = isOld ? policy.networks4 : policy.networks6 + [policy.subjectPrefix6]
            guard !lengths.contains(network.length) else { continue }
            reading.under("allow") { reading in
                reading.note(
                    .unreachable, at: given.position("allow"),
                    "nobody looks at networks of /\(network.length): want one of addresses.block_prefixes "
                        + "(\(lengths.map { "/\($0)" }.joined(separator: ", ")))")
            }
        }
    }

    private static let events = Form(
        "What of events is looked at.", blank: policyBlank,
        [
            .key(
                "posts", \.postKinds, ValueForm<String>.kind.set(1...32),
                "The kinds of event that are posts: what cadence, repetition and duplicates look at."),
            .key("text_bytes", \.textBytes, .number(64...65_536), "Bytes of a text that are logged and looked at."),
        ])

    private static let addresses = Form(
        "How addresses are counted and blocked.", blank: policyBlank,
        [
            .key(
                "ipv6_prefix", \.subjectPrefix6, .number(16...128),
                "IPv6 addresses count by this prefix; 128: each by itself."),
            .group(
                "block_prefixes",
                Form(
                    "Lengths of networks that can be blocked: each is looked at in every call.", blank: policyBlank,
                    [
                        .key("ipv4", \.networks4, ValueForm<Int>.number(1...31).list(0...4), "Of IPv4."),
                        .key("ipv6", \.networks6, ValueForm<Int>.number(1...127).list(0...4), "Of IPv6."),
                    ])),
        ])

    private static let blocks = Form(
        "Blocks that follow from more than one rule's `then`.", blank: policyBlank,
        [
            .key(
                "critical", \.critical, Form<Rule.Block>.block.value, "A critical flag blocks at once.",
                default: "{for: 1d}"),
            .group(
                "open_flags",
                Form(
                    "Several rules with an open incident on one subject block it.", blank: policyBlank,
                    [
                        .key("count", \.openFlags, .number(1...100), "How many rules."),
                        .key(
                            "block", \.openFlagsBlock, Form<Rule.Block>.block.value, "For how long.",
                            default: "{for: 15m}"),
                    ])),
            .key(
                "repeat_window", \.repeatTime, .duration(.seconds(1)...Duration.days(3650)),
                "An earlier block within this time makes the next one longer."),
        ])

    private static let edge = Form(
        "How requests of proxies are answered (`GET /v1/authz`).", blank: policyBlank,
        [
            .key(
                "trusted_proxies", \.edge.trustedProxies, ValueForm<Network>.network.list(0...64),
                "Proxies whose `X-Forwarded-For` is believed, besides those on the same machine.", default: "none"),
            .key(
                "mirror_age", \.edge.mirrorAge, .duration(.seconds(5)...Duration.days(30)),
                "A copy of the block list that is older is not relied on."),
            .key(
                "mirror_stale", \.edge.mirrorStale, .choice,
                "What proxies are told then of whom it does not know: `open` lets them in, `closed` does not."),
        ])

    private static let incidents = Form(
        "How incidents end.", blank: policyBlank,
        [
            .key(
                "quiet", \.quiet, .duration(.seconds(1)...Duration.days(365)),
                "An incident without a new flag for this long is over.")
        ])

    private static let suspicion = Form(
        "The suspicion score.", blank: policyBlank,
        [
            .key(
                "half_life", \.halfLife, .duration(.seconds(60)...Duration.days(365)),
                "After this long a subject's suspicion is half of what it was.")
        ])

    private static let retention = Form(
        "How long things are kept.", blank: policyBlank,
        [
            .key(
                "incidents", \.retention, .duration(.seconds(3600)...Duration.days(3650)),
                "Incidents, unblockings, statistics."),
            .key(
                "history", \.historyTime, .duration(.seconds(60)...Duration.days(366)),
                "The coordinator's history of a user, after its last event."),
            .key(
                "tally", \.tallyTime, .duration(.seconds(60)...Duration.days(366)),
                "How often a blocked subject came by."),
        ])

    private static let timeline = Form(
        "What is kept of each subject's events, for people who look into it.", blank: policyBlank,
        [
            .key(
                "keep", \.timeline.keep, .duration(.seconds(3600)...Duration.days(120)),
                "For how long; what is stored ends a quarter of that time later at most."),
            .key(
                "entries", \.timeline.entries, .number(0...1000),
                "Of each quarter of that time, so many of the newest events; 0: none, only counts."),
            .key(
                "text_bytes", \.timeline.textBytes, .number(0...2048), "Of each text, so many bytes; 0: nothing of it."),
        ])

    private static let log = Form(
        "Bounds of the streams, in entries.", blank: policyBlank,
        [
            .key(
                "events", \.logEntries, .number(100...100_000_000), "Events that wait for a coordinator that is away."),
            .key("alerts", \.alertEntries, .number(100...10_000_000), "Alerts for replay."),
            .key("audit", \.auditEntries, .number(100...100_000_000), "Changes by admins and coordinators."),
        ])

    private static let ids = Form(
        "Event ids, by which an event that is sent twice counts once.", blank: policyBlank,
        [
            .key(
                "per_subject", \.idsPerSubject, .number(1...65_536),
                "Ids remembered per subject: at least so many, at most twice."),
            .key("remember", \.idTime, .duration(.seconds(1)...Duration.days(30)), "For how long at least."),
        ])
}

private let policyBlank = Policy(rules: [])

extension Key where Target == Policy {
    /// Names that events and subjects have already.
    private static let taken: Set<String> = [
        "kind", "user", "ip", "text", "object", "email", "username", "id", "created", "anonymous", "tokens", "status",
        "at", "label", "actor", "net", "network", "campaign", "reset",
    ]

    fileprivate static var fields: Self {
        let form = ValueForm<String>.name(like: "tenant", most: 32).table(
            to: ValueForm<Policy.FieldType>.choice, most: 16)
        return Key(
            name: "fields", allowed: form.allowed,
            doc:
                "Fields of the app's own, by name: `id` for what names a subject or an object, `number` for what can be "
                + "summed.",
            defaultWords: "none",
            read: { node, policy, reading in
                guard let fields = form.read(node, &reading) else { return }
                policy.fields = fields
                reading.fields = fields
                guard case .mapping(let entries) = node.content else { return }
                for entry in entries where taken.contains(entry.key) {
                    reading.note(.duplicate, at: entry.keyPosition, "every event has '\(entry.key)' already")
                }
            },
            write: { form.write($0.fields) },
            differences: { form.differences($0.fields, $1.fields).map { $0.under("fields") } })
    }

    fileprivate static var allow: Self {
        let form = ValueForm<Subject>.subject.list(0...1000)
        return Key(
            name: "allow", allowed: form.allowed,
            doc:
                "Who is never refused, flagged or blocked. A network in one of the block prefixes, or a single address.",
            defaultWords: "nobody",
            read: { node, policy, reading in
                if let allow = form.read(node, &reading) { policy.allow = allow }
            },
            write: { form.write($0.allow) },
            differences: { old, new in
                let gone = old.allow.filter { !new.allow.contains($0) }
                let come = new.allow.filter { !old.allow.contains($0) }
                return gone.map { Difference(path: ["allow"], old: $0.description, new: nil) }
                    + come.map { Difference(path: ["allow"], old: nil, new: $0.description) }
            })
    }

    fileprivate static var rules: Self {
        Key(
            name: "rules", allowed: "a list of up to 100 rules", doc: Form<Rule>.rule.doc, isRequired: true,
            inner: Form<Rule>.rule.outline,
            read: { node, policy, reading in
                guard case .list(let nodes) = node.content else { return reading.reject(node, "a list of rules") }
                guard nodes.count <= 100 else {
                    return reading.note(.value, at: node.position, "\(nodes.count) rules; at most 100 are allowed")
                }
                var lines: [String: Int] = [:]
                for (place, node) in nodes.enumerated() {
                    reading.under(node.ruleName ?? "[\(place)]") { reading in
                        let position = node["id"]?.position ?? node.position
                        if let id = node.ruleName, let line = lines.updateValue(position.line, forKey: id) {
                            reading.note(.duplicate, at: position, "rule '\(id)' is there already, in line \(line)")
                        }
                        if let rule = Form<Rule>.rule.value.read(node, &reading) { policy.rules.append(rule) }
                    }
                }
            },
            write: { policy in "[\(policy.rules.map(Form<Rule>.rule.write).joined(separator: ", "))]" },
            differences: { _, _ in [] })
    }
}

extension YAMLNode {
    fileprivate subscript(_ key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The id of a rule, where it can be one.
    fileprivate var ruleName: String? {
        guard let id = self["id"], case .text(let text, _) = id.content, !id.isEmpty else { return nil }
        return text.utf8.count <= 64 ? text.clipped : nil
    }
}
