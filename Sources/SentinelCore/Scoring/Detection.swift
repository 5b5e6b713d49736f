/// All detectors on one log entry: pure, so that the same log always gives the same flags.
///
/// The caller holds the histories. It asks `look(at:)` which ones an entry needs, fetches them, and calls `judge`, entry by
/// entry in the order of the log.
package struct Detection {
    /// An entry with what is needed to judge it.
    package struct Look: Sendable {
        package var entry: LogEntry
        /// Whose history it belongs to: the user, or the address where there is no user. Nil: none.
        package var actor: Subject?
        /// The address as it is counted, where it matters.
        package var address: Subject?
        /// Set for posts with enough text to compare.
        package var fingerprint: Fingerprint?
        /// Whether it is a post, which the detectors look at.
        package var isPost: Bool
    }

    private let policy: Policy
    private let botBehavior: BotBehavior?
    private let duplicate: DuplicateContent?
    private let repetition: Repetition?
    private var normalizer: TextNormalizer

    package init(policy: Policy) {
        self.policy = policy
        var botBehavior: BotBehavior?
        var duplicate: DuplicateContent?
        var repetition: Repetition?
        for rule in policy.rules {
            switch rule.watch {
            case .botBehavior(let parameters): botBehavior = BotBehavior(parameters)
            case .duplicate(let parameters): duplicate = DuplicateContent(parameters)
            case .repetition(let parameters): repetition = Repetition(parameters)
            case .count, .tokens, .distinct, .report: break
            }
        }
        self.botBehavior = botBehavior
        self.duplicate = duplicate
        self.repetition = repetition
        normalizer = TextNormalizer(maximumBytes: policy.textBytes)
    }

    /// What judging the entry needs. Costs what normalising its text costs.
    package mutating func look(at entry: LogEntry) -> Look {
        switch entry.content {
        case .event(let event):
            let user = user(event.user)
            // Most events are a user's and over no limit: then nobody asks for the address.
            let address = user == nil || !event.flags.isEmpty ? countedAddress(event.ip) : nil
            let isPost = policy.postKinds.contains(event.kind)
            return Look(
                entry: entry,
                actor: user ?? address,
                address: address,
                fingerprint: isPost ? event.text.flatMap { normalizer.fingerprint(of: $0) } : nil,
                isPost: isPost
            )
        case .report(let report):
            let address = countedAddress(report.ip)
            return Look(entry: entry, actor: user(report.user) ?? address, address: address, isPost: false)
        case .unblock(let subject):
            return Look(entry: entry, actor: subject, isPost: false)
        }
    }

    /// Judges one entry and brings the histories up to date. `history` is the actor's, `sightings` the fingerprint's; both
    /// are changed only when this entry was not applied to them before.
    package func judge(
        _ look: Look, history: inout PostHistory, sightings: inout TextSightings, flags: inout FlagBatch
    ) {
        switch look.entry.content {
        case .unblock:
            guard history.lastEntry < look.entry.position else { return }
            history.lastEntry = look.entry.position
            history.reset(at: look.entry.at)
        case .report(let report):
            guard let subject = look.actor else { return }
            flags.add(
                Flag(
                    rule: report.rule, subject: subject, position: look.entry.position, at: look.entry.at,
                    severity: report.severity, description: report.description ?? "\(report.rule) reported by the app",
                    evidence: report.context ?? Array("{}".utf8)))
        case .event(let event):
            addCounted(event, look, to: &flags)
            guard look.isPost, let actor = look.actor else { return }
            judgePost(event, by: actor, look, history: &history, sightings: &sightings, flags: &flags)
        }
    }

    private func judgePost(
        _ event: LogEntry.Logged, by actor: Subject, _ look: Look, history: inout PostHistory,
        sightings: inout TextSightings, flags: inout FlagBatch
    ) {
        let at = look.entry.at
        if history.lastEntry < look.entry.position {
            history.lastEntry = look.entry.position
            history.append(at: at, fingerprint: look.fingerprint)
        }
        func add(_ finding: Finding?) {
            guard let finding else { return }
            flags.add(
                Flag(
                    rule: finding.rule, subject: actor, position: look.entry.position, at: at,
                    description: finding.description, evidence: JSONWriter.bytes(finding.evidence)))
        }
        if let botBehavior { add(botBehavior.finding(created: event.created, at: at, in: history)) }
        if let repetition { add(repetition.finding(at: at, in: history)) }
        guard let fingerprint = look.fingerprint, let duplicate else { return }
        if sightings.lastEntry < look.entry.position {
            sightings.lastEntry = look.entry.position
            sightings.add(actor.bytes, at: at, window: duplicate.parameters.window)
        }
        add(duplicate.finding(fingerprint: fingerprint, by: actor.bytes, at: at, in: sightings))
    }

    /// Flags that Redis raised with its windows and distinct counts.
    private func addCounted(_ event: LogEntry.Logged, _ look: Look, to flags: inout FlagBatch) {
        for (id, count) in event.flags {
            guard let rule = policy.rule(id), let counted = rule.counted, let subject = subject(of: counted.per, look)
            else { continue }
            let kinds = counted.kinds.isEmpty ? "events" : counted.kinds.sorted().joined(separator: "/") + " events"
            let window = counted.window.readable
            let description =
                switch rule.watch {
                case .distinct(let of, _, _, _, _):
                    "\(count) distinct \(of.plural) in \(window), limit \(counted.limit)"
                case .tokens: "over \(counted.limit) tokens in \(window), \(count) of them before this event"
                default: "over \(counted.limit) \(kinds) in \(window)"
                }
            var evidence = JSONWriter(reserving: 96)
            evidence.append(
                .object([
                    .init("count", .int(count)), .init("limit", .int(counted.limit)),
                    .init("window_ms", .int(counted.window.milliseconds)),
                    .init("refused", .bool(event.wasLimited)),
                ]))
            flags.add(
                Flag(
                    rule: id, subject: subject, position: look.entry.position, at: look.entry.at,
                    description: description, evidence: evidence.bytes))
        }
    }

    private func subject(of scope: Rule.Scope, _ look: Look) -> Subject? {
        switch scope {
        case .actor: look.actor
        case .user: look.actor?.type == "user" ? look.actor : nil
        case .ip: look.address
        }
    }

    private func user(_ id: [UInt8]?) -> Subject? {
        id.flatMap { try? Subject(type: "user", id: $0) }
    }

    private func countedAddress(_ text: [UInt8]?) -> Subject? {
        guard let text, let address = try? IPAddress(parsing: text) else { return nil }
        return Subject(counting: address, ipv6PrefixLength: policy.subjectPrefix6)
    }
}

extension Rule {
    /// Who is counted, over which kinds, up to what, in which window: for the rules that count in Redis.
    fileprivate var counted: (per: Scope, kinds: Set<String>, limit: Int64, window: Duration)? {
        switch watch {
        case .count(let kinds, let per, let limit, _, let window): (per, kinds, limit, window)
        case .tokens(let kinds, let per, let limit, let window): (per, kinds, limit, window)
        case .distinct(_, let per, let kinds, let limit, let window): (per, kinds, limit, window)
        case .botBehavior, .duplicate, .repetition, .report: nil
        }
    }
}

extension Rule.Field {
    fileprivate var plural: String {
        switch self {
        case .user: "accounts"
        case .ip: "addresses"
        case .object: "objects"
        }
    }
}
