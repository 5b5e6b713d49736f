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
        /// Set where the text is to be compared with other users' texts.
        package var bands: TextBands?
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

    /// How long kinds of text are remembered.
    package var textMemory: DuplicateContent.Memory { duplicate?.parameters.memory ?? .init() }

    /// What judging the entry needs. Costs what normalising its text costs.
    package mutating func look(at entry: LogEntry) -> Look {
        switch entry.content {
        case .event(let event):
            let user = user(event.user)
            // Most events are a user's and over no limit: then nobody asks for the address.
            let address = user == nil || !event.flags.isEmpty ? countedAddress(event.ip) : nil
            let isPost = policy.postKinds.contains(event.kind)
            let prints = isPost ? event.text.flatMap { normalizer.prints(of: $0) } : nil
            let minimum = duplicate?.parameters.minimumLetters ?? .max
            return Look(
                entry: entry,
                actor: user ?? address,
                address: address,
                fingerprint: prints?.fingerprint,
                bands: prints.flatMap { Int($0.fingerprint.letters) >= minimum ? $0.bands : nil },
                isPost: isPost
            )
        case .report(let report):
            let address = countedAddress(report.ip)
            return Look(entry: entry, actor: user(report.user) ?? address, address: address, isPost: false)
        case .unblock(let subject):
            return Look(entry: entry, actor: subject, isPost: false)
        }
    }

    /// The kinds of text that judging the entry may need, going by its bands; the text's own, `fingerprint.hash`, is not
    /// among them. None where that one is known.
    package func candidates(
        for look: Look, among bands: [TextBandState], sightings: TextSightings?
    ) -> [UInt64] {
        guard let duplicate, let text = look.fingerprint, look.bands != nil,
            !duplicate.isKnown(text, at: look.entry.at, in: sightings)
        else { return [] }
        return DuplicateContent.candidates(for: text, in: bands)
    }

    /// The kind that the entry's text belongs to, see `DuplicateContent.kind`; nil where nobody asks.
    package func kind(
        of look: Look, among bands: [TextBandState], sightings: (UInt64) -> TextSightings?
    ) -> UInt64? {
        guard let duplicate, let text = look.fingerprint, look.bands != nil else { return nil }
        return duplicate.kind(of: text, at: look.entry.at, among: bands, sightings: sightings)
    }

    /// Judges one entry and brings the histories up to date. `history` is the actor's, `text` that of the text's kind, where
    /// it has one; both are changed only when this entry was not applied to them before.
    package func judge(
        _ look: Look, history: inout PostHistory, text: inout TextHistory, flags: inout FlagBatch
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
            judgePost(event, by: actor, look, history: &history, text: &text, flags: &flags)
        }
    }

    private func judgePost(
        _ event: LogEntry.Logged, by actor: Subject, _ look: Look, history: inout PostHistory,
        text: inout TextHistory, flags: inout FlagBatch
    ) {
        let at = look.entry.at
        let isNew = history.lastEntry < look.entry.position
        if isNew {
            history.lastEntry = look.entry.position
            history.append(at: at, fingerprint: look.fingerprint)
        }
        func add(_ finding: Finding?, of subject: Subject? = nil) {
            guard let finding else { return }
            flags.add(
                Flag(
                    rule: finding.rule, subject: subject ?? actor, position: look.entry.position, at: at,
                    description: finding.description, evidence: JSONWriter.bytes(finding.evidence)))
        }
        if let botBehavior { add(botBehavior.finding(created: event.created, at: at, in: history)) }
        if let repetition { add(repetition.finding(at: at, in: history)) }
        guard let fingerprint = look.fingerprint else { return }
        var isOriginal = true
        if let duplicate, look.bands != nil {
            let isRegular = history.originals >= duplicate.parameters.regularAfter
            isOriginal = duplicate.note(
                fingerprint, by: actor.bytes, isRegular: isRegular, at: at, position: look.entry.position,
                in: &text.sightings)
            text.noteBands(at: at)
            let findings = duplicate.findings(
                fingerprint, by: actor.bytes, at: at, position: look.entry.position, in: text.sightings)
            for (party, finding) in findings { add(finding, of: subject(of: party)) }
        }
        if isNew, isOriginal { history.countOriginal() }
    }

    private func subject(of party: DuplicateContent.Party) -> Subject? {
        switch party {
        case .author: nil
        case .account(let id): try? Subject(parsing: id)
        case .campaign(let hash): Subject(trustedType: "campaign", id: Array(String(hash, radix: 16).utf8))
        }
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
