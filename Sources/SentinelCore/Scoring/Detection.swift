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
    /// The rules that look at posts, each with what it looks at.
    private let postRules: [(id: String, watches: [Rule.Watch])]
    /// What kinds of text there are goes by the first rule that compares texts of different users.
    private let duplicate: DuplicateContent?
    private var normalizer: TextNormalizer

    package init(policy: Policy) {
        self.policy = policy
        postRules = policy.rules.map { ($0.id, $0.watches.filter { $0.looksAtPosts }) }
            .filter { !$0.watches.isEmpty }
        duplicate =
            policy.rules.lazy.flatMap(\.watches).compactMap {
                if case .duplicate(let parameters) = $0 { DuplicateContent(parameters) } else { nil }
            }.first
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
        case .unblock(let subject):
            flags.addUnblock(of: subject, look.entry.position, at: look.entry.at)
            guard history.lastEntry < look.entry.position else { return }
            history.lastEntry = look.entry.position
            history.reset(at: look.entry.at)
        case .report(let report):
            guard let subject = look.actor else { return }
            flags.add(
                Flag(
                    rule: report.rule, subject: subject, position: look.entry.position, at: look.entry.at,
                    severity: report.severity, description: report.description ?? "\(report.rule) reported by the app",
                    evidence: report.context ?? Array("{}".utf8), user: report.user, ip: report.ip))
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
        if history.lastEntry < look.entry.position {
            let isOriginal = note(look, by: actor, history, text: &text)
            history.lastEntry = look.entry.position
            history.append(at: at, fingerprint: look.fingerprint)
            if isOriginal { history.countOriginal() }
            history.tally.add(at: at, isRefused: event.wasLimited)
        }
        func add(_ finding: Finding, _ rule: String, of subject: Subject) {
            flags.add(
                Flag(
                    rule: rule, subject: subject, position: look.entry.position, at: at,
                    description: finding.description, evidence: JSONWriter.bytes(finding.evidence),
                    user: subject == actor ? event.user : nil, ip: subject == actor ? event.ip : nil))
        }
        for (id, watches) in postRules {
            var met: [(name: String, finding: Finding)] = []
            for watch in watches {
                if case .duplicate(let parameters) = watch {
                    for (party, finding) in copies(parameters, by: actor, look, text) {
                        if let subject = subject(of: party) {
                            add(finding, id, of: subject)
                        } else {
                            met.append((watch.name, finding))
                        }
                    }
                } else if let finding = finding(of: watch, event, look, history) {
                    met.append((watch.name, finding))
                }
            }
            guard let finding = watches.count == 1 ? met.first?.finding : Finding.joining(met) else { continue }
            add(finding, id, of: actor)
        }
    }

    /// Takes in the post's text to what is known of its kind. Returns whether it has a text of his own.
    private func note(_ look: Look, by actor: Subject, _ history: PostHistory, text: inout TextHistory) -> Bool {
        guard let fingerprint = look.fingerprint else { return false }
        let isNew = !history.holdsVariant(of: fingerprint)
        guard let duplicate, look.bands != nil else { return isNew }
        let isAlone = duplicate.note(
            fingerprint, by: actor.bytes, isRegular: history.isRegular(after: duplicate.parameters.regularAfter),
            at: look.entry.at, position: look.entry.position, in: &text.sightings)
        text.noteBands(at: look.entry.at)
        return isNew && isAlone
    }

    private func copies(
        _ parameters: DuplicateContent.Parameters, by actor: Subject, _ look: Look, _ text: TextHistory
    ) -> [(party: DuplicateContent.Party, finding: Finding)] {
        guard let fingerprint = look.fingerprint, look.bands != nil else { return [] }
        return DuplicateContent(parameters).findings(
            fingerprint, by: actor.bytes, at: look.entry.at, position: look.entry.position, in: text.sightings)
    }

    /// Who else than the author is meant; nil for the author.
    private func subject(of party: DuplicateContent.Party) -> Subject? {
        switch party {
        case .author: nil
        case .account(let id): try? Subject(parsing: id)
        case .campaign(let hash): Subject(trustedType: "campaign", id: Array(String(hash, radix: 16).utf8))
        }
    }

    private func finding(
        of watch: Rule.Watch, _ event: LogEntry.Logged, _ look: Look, _ history: PostHistory
    ) -> Finding? {
        let at = look.entry.at
        switch watch {
        case .firstEvent(let parameters):
            return FirstPost(parameters).finding(created: event.created, at: at, in: history)
        case .cadence(let parameters):
            return Cadence(parameters).finding(in: history)
        case .identical(let parameters):
            return IdenticalPosts(parameters).finding(at: at, in: history)
        case .repetition(let parameters):
            return Repetition(parameters).finding(at: at, in: history)
        case .count, .sum, .distinct, .duplicate, .report, .score:
            return nil
        }
    }

    /// Flags that Redis raised with its windows and distinct counts.
    private func addCounted(_ event: LogEntry.Logged, _ look: Look, to flags: inout FlagBatch) {
        for (id, count) in event.flags {
            guard let counted = policy.rule(id)?.counted, let subject = subject(of: counted.per, look) else { continue }
            let kinds = counted.of.kinds
            let events = kinds.isEmpty ? "events" : kinds.sorted().joined(separator: "/") + " events"
            let window = counted.window.readable
            let limit = counted.limit.base
            let description =
                switch counted.what {
                case .events: "over \(limit) \(events) in \(window)"
                case .weight(let field):
                    "over \(limit) \(field.rawValue) in \(window), \(count) of them before this event"
                case .values(let field): "\(count) distinct \(field.plural) in \(window), limit \(limit)"
                }
            var evidence = JSONWriter(reserving: 96)
            evidence.append(
                .object([
                    .init("count", .int(count)), .init("limit", .int(limit)),
                    .init("window_ms", .int(counted.window.milliseconds)),
                    .init("refused", .bool(event.wasLimited)),
                ]))
            flags.add(
                Flag(
                    rule: id, subject: subject, position: look.entry.position, at: look.entry.at,
                    description: description, evidence: evidence.bytes, user: event.user, ip: event.ip))
        }
    }

    private func subject(of scope: Rule.Scope, _ look: Look) -> Subject? {
        switch scope {
        case .actor: look.actor
        case .user: look.actor?.type == "user" ? look.actor : nil
        case .ip: look.address
        default:
            if case .event(let event) = look.entry.content, let id = event.fields[scope.rawValue] {
                try? Subject(type: scope.rawValue, id: id)
            } else {
                nil
            }
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
