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
        /// Where it came from, where a rule asks.
        package var place: AddressTrail.Place?
        /// Whether it is a post, which most detectors look at.
        package var isPost: Bool
        /// Whether it creates an account, by the rules that ask for that.
        package var isSignup = false

        /// Whose history this entry reads and writes, if any.
        package var historyOwner: Subject? {
            if case .unblock = entry.content { return actor }
            return isPost || place != nil ? actor : nil
        }

        /// The address whose signups this entry reads and writes, if any.
        package var signupAddress: Subject? { isSignup ? address : nil }
    }

    private let policy: Policy
    /// The rules that look at events, each with what it looks for.
    private let rules: [(id: String, sensors: [Sensor])]
    private let asksForPlaces: Bool
    private let asksForBaselines: Bool
    private let signupKinds: Set<String>
    /// What kinds of text there are goes by the first rule that compares texts of different users.
    private let duplicate: DuplicateContent?
    private var normalizer: TextNormalizer

    package init(policy: Policy) {
        self.policy = policy
        var searches: [PatternSearch] = []
        rules = policy.rules.map { rule in
            (rule.id, rule.watches.compactMap { Sensor($0, textBytes: policy.textBytes, searches: &searches) })
        }.filter { !$0.sensors.isEmpty }
        let watches = policy.rules.flatMap(\.watches)
        asksForPlaces = watches.contains { if case .rotation = $0 { true } else { false } }
        asksForBaselines = watches.contains { if case .baseline = $0 { true } else { false } }
        signupKinds = watches.reduce(into: []) { kinds, watch in
            if case .signup(let signup) = watch { kinds.formUnion(signup.kinds) }
        }
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
            let isSignup = signupKinds.contains(event.kind)
            let address = user == nil || isSignup || !event.flags.isEmpty ? countedAddress(event.ip) : nil
            let isPost = policy.postKinds.contains(event.kind)
            let prints = isPost ? event.text.flatMap { normalizer.prints(of: $0) } : nil
            let minimum = duplicate?.parameters.minimumLetters ?? .max
            return Look(
                entry: entry,
                actor: user ?? address,
                address: address,
                fingerprint: prints?.fingerprint,
                bands: prints.flatMap { Int($0.fingerprint.letters) >= minimum ? $0.bands : nil },
                place: asksForPlaces || asksForBaselines && isPost ? place(event.ip, of: user) : nil,
                isPost: isPost,
                isSignup: isSignup
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
    /// it has one, `signups` those of the address; each is changed only when this entry was not applied to it before.
    package func judge(
        _ look: Look, history: inout ActorHistory, text: inout TextHistory, signups: inout AddressSignups,
        flags: inout FlagBatch
    ) {
        switch look.entry.content {
        case .unblock(let subject):
            flags.addUnblock(of: subject, look.entry.position, at: look.entry.at)
            guard history.posts.lastEntry < look.entry.position else { return }
            history.posts.lastEntry = look.entry.position
            history.reset(at: look.entry.at, look.entry.position)
        case .report(let report):
            guard let subject = look.actor else { return }
            flags.add(
                Flag(
                    rule: report.rule, subject: subject, position: look.entry.position, at: look.entry.at,
                    severity: report.severity, description: report.description ?? "\(report.rule) reported by the app",
                    evidence: report.context ?? Array("{}".utf8), user: report.user, ip: report.ip))
        case .event(let event):
            addCounted(event, look, to: &flags)
            guard let actor = look.actor else { return }
            take(event, by: actor, look, history: &history, text: &text, signups: &signups)
            judge(event, by: actor, look, history, text, signups, flags: &flags)
        }
    }

    /// Brings what is known up to date with an event.
    private func take(
        _ event: LogEntry.Logged, by actor: Subject, _ look: Look, history: inout ActorHistory,
        text: inout TextHistory, signups: inout AddressSignups
    ) {
        let (at, position) = (look.entry.at, look.entry.position)
        if look.isPost, history.posts.lastEntry < position {
            let isOriginal = note(look, by: actor, history.posts, text: &text)
            history.posts.lastEntry = position
            history.posts.append(at: at, fingerprint: look.fingerprint)
            if isOriginal { history.posts.countOriginal() }
            history.posts.tally.add(at: at, isRefused: event.wasLimited)
        }
        if asksForBaselines, look.isPost, history.baseline?.lastEntry ?? .start < position {
            history.baseline = history.baseline ?? Baseline()
            history.baseline?.lastEntry = position
            history.baseline?.append(at: at, network: look.place?.network)
        }
        if asksForPlaces, let place = look.place, history.trail?.lastEntry ?? .start < position {
            history.trail = history.trail ?? AddressTrail()
            history.trail?.lastEntry = position
            history.trail?.append(place, at: at)
        }
        if look.signupAddress != nil, signups.lastEntry < position {
            signups.lastEntry = position
            signups.add(actor.bytes, at: at)
        }
    }

    private func judge(
        _ event: LogEntry.Logged, by actor: Subject, _ look: Look, _ history: ActorHistory, _ text: TextHistory,
        _ signups: AddressSignups, flags: inout FlagBatch
    ) {
        let at = look.entry.at
        func add(_ finding: Finding, _ rule: String, of subject: Subject) {
            flags.add(
                Flag(
                    rule: rule, subject: subject, position: look.entry.position, at: at,
                    user: subject == actor ? event.user : nil, ip: subject == actor ? event.ip : nil
                ) { Flag.Telling(description: finding.description, evidence: JSONWriter.bytes(finding.evidence)) })
        }
        for (id, sensors) in rules {
            var met: [(name: String, finding: Finding)] = []
            for sensor in sensors {
                if case .duplicate(let detector) = sensor.detector {
                    for (party, finding) in copies(detector, by: actor, look, text) {
                        if let subject = subject(of: party) {
                            add(finding, id, of: subject)
                        } else {
                            met.append((sensor.name, finding))
                        }
                    }
                } else if let finding = finding(of: sensor, event, look, history, signups) {
                    met.append((sensor.name, finding))
                }
            }
            guard let finding = sensors.count == 1 ? met.first?.finding : Finding.joining(met) else { continue }
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
        _ detector: DuplicateContent, by actor: Subject, _ look: Look, _ text: TextHistory
    ) -> [(party: DuplicateContent.Party, finding: Finding)] {
        guard let fingerprint = look.fingerprint, look.bands != nil else { return [] }
        return detector.findings(
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
        of sensor: Sensor, _ event: LogEntry.Logged, _ look: Look, _ history: ActorHistory, _ signups: AddressSignups
    ) -> Finding? {
        let at = look.entry.at
        switch sensor.detector {
        case .firstEvent(let detector) where look.isPost:
            return detector.finding(created: event.created, at: at, in: history.posts)
        case .cadence(let detector) where look.isPost: return detector.finding(in: history.posts)
        case .identical(let detector) where look.isPost: return detector.finding(at: at, in: history.posts)
        case .repetition(let detector) where look.isPost: return detector.finding(at: at, in: history.posts)
        case .baseline(let detector) where look.isPost: return history.baseline.flatMap { detector.finding(in: $0) }
        case .rotation(let detector) where look.place != nil:
            return history.trail.flatMap { detector.finding(at: at, in: $0) }
        case .pattern(let pattern) where pattern.kinds.isEmpty ? look.isPost : pattern.kinds.contains(event.kind):
            guard let value = event.value(of: pattern.search.field) else { return nil }
            return pattern.detector.finding(in: pattern.search.result(of: value))
        case .signup(let signup) where signup.kinds.contains(event.kind):
            return signup.detector.finding(
                username: event.value(of: .username), email: event.value(of: .email), at: at,
                address: look.signupAddress == nil ? nil : signups)
        default:
            return nil
        }
    }

    /// Flags that Redis raised with its windows and distinct counts.
    private func addCounted(_ event: LogEntry.Logged, _ look: Look, to flags: inout FlagBatch) {
        for (id, count) in event.flags {
            guard let counted = policy.rule(id)?.counted, let subject = subject(of: counted.per, look) else { continue }
            let wasLimited = event.wasLimited
            flags.add(
                Flag(
                    rule: id, subject: subject, position: look.entry.position, at: look.entry.at, user: event.user,
                    ip: event.ip
                ) { counted.telling(of: count, wasLimited: wasLimited) })
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

    /// Where a user's event came from.
    private func place(_ text: [UInt8]?, of user: Subject?) -> AddressTrail.Place? {
        guard user != nil, let text, let address = try? IPAddress(parsing: text) else { return nil }
        return AddressTrail.Place(address)
    }

    private func user(_ id: [UInt8]?) -> Subject? {
        id.flatMap { try? Subject(type: "user", id: $0) }
    }

    private func countedAddress(_ text: [UInt8]?) -> Subject? {
        guard let text, let address = try? IPAddress(parsing: text) else { return nil }
        return Subject(counting: address, ipv6PrefixLength: policy.subjectPrefix6)
    }
}

extension LogEntry.Logged {
    /// A field that can be searched.
    fileprivate func value(of field: Rule.Field) -> [UInt8]? {
        field == .text ? text : fields[field.rawValue]
    }
}

extension Counted {
    /// What a flag that Redis raised says.
    fileprivate func telling(of count: Int64, wasLimited: Bool) -> Flag.Telling {
        let kinds = of.kinds
        let events = kinds.isEmpty ? "events" : kinds.sorted().joined(separator: "/") + " events"
        let span = window.readable
        let limit = limit.base
        let description =
            switch what {
            case .events: "over \(limit) \(events) in \(span)"
            case .weight(let field): "over \(limit) \(field.rawValue) in \(span), \(count) of them before this event"
            case .values(let field): "\(count) distinct \(field.plural) in \(span), limit \(limit)"
            }
        var evidence = JSONWriter(reserving: 96)
        evidence.append(
            .object([
                .init("count", .int(count)), .init("limit", .int(limit)),
                .init("window_ms", .int(window.milliseconds)), .init("refused", .bool(wasLimited)),
            ]))
        return Flag.Telling(description: description, evidence: evidence.bytes)
    }
}
