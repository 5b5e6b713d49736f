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
    /// The rules that look at posts, each with what it looks at.
    private let postRules: [(id: String, watches: [Rule.Watch])]
    private let duplicateWindow: Int64
    private var normalizer: TextNormalizer

    package init(policy: Policy) {
        self.policy = policy
        postRules = policy.rules.map { ($0.id, $0.watches.filter { !$0.runsInRedis && $0 != .report }) }
            .filter { !$0.watches.isEmpty }
        duplicateWindow =
            policy.rules.flatMap(\.watches).compactMap {
                if case .duplicate(let parameters) = $0 { parameters.window } else { nil }
            }.max() ?? 0
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
        if look.fingerprint != nil, duplicateWindow > 0, sightings.lastEntry < look.entry.position {
            sightings.lastEntry = look.entry.position
            sightings.add(actor.bytes, at: at, window: duplicateWindow)
        }
        for (id, watches) in postRules {
            var met: [(name: String, finding: Finding)] = []
            for watch in watches {
                if let finding = finding(of: watch, event, by: actor, look, history, sightings) {
                    met.append((watch.name, finding))
                }
            }
            guard let finding = watches.count == 1 ? met.first?.finding : Finding.joining(met) else { continue }
            flags.add(
                Flag(
                    rule: id, subject: actor, position: look.entry.position, at: at,
                    description: finding.description, evidence: JSONWriter.bytes(finding.evidence)))
        }
    }

    private func finding(
        of watch: Rule.Watch, _ event: LogEntry.Logged, by actor: Subject, _ look: Look, _ history: PostHistory,
        _ sightings: TextSightings
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
        case .duplicate(let parameters):
            guard let fingerprint = look.fingerprint else { return nil }
            return DuplicateContent(parameters).finding(
                fingerprint: fingerprint, by: actor.bytes, at: at, in: sightings)
        case .count, .sum, .distinct, .report:
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
                    description: description, evidence: evidence.bytes))
        }
    }

    private func subject(of scope: Rule.Scope, _ look: Look) -> Subject? {
        switch scope {
        case .actor: look.actor
        case .user: look.actor?.type == "user" ? look.actor : nil
        case .ip: look.address
        default: nil
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
