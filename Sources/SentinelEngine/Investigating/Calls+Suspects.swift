package import SentinelCore
package import SentinelRedis

extension Calls {
    /// Incidents that are looked at, at most: the newest.
    private static let mostCards = 20_000

    /// Who has enforced incidents of at least that severity in the last days, the worst first, with what their figures say.
    /// Looks at the newest 20,000 incidents at most, a thousand per call.
    package func suspects(
        _ grouping: Suspects.Grouping, days: Int64, severity: Rule.Severity, limit: Int, policy: Policy
    ) async throws(RedisError) -> Suspects {
        let now = try await now()
        let start = max(0, now - days * Statistics.day)
        var bySubject: [Subject: Suspect] = [:]
        var seen = 0
        var cursor: String?
        repeat {
            var arguments: [any RedisArgument] = [
                "cards", 1, "severity", severity.rawValue, "mode", Rule.Mode.enforce.rawValue, "since", start, "limit",
                500, "scan", 1000,
            ]
            if let cursor { arguments += ["cursor", cursor] as [any RedisArgument] }
            let reply = try await call("sentinel_incidents", readOnly: true, arguments)
            let rows = try reply["incidents"]?.array ?? []
            for row in rows {
                guard let card = try IncidentCard(row) else { continue }
                guard let subject = grouping == .subject ? card.subject : card.address else { continue }
                bySubject[subject, default: Suspect(subject)].add(card)
            }
            seen += max(1, rows.count)
            cursor = try reply["cursor"]?.string
        } while cursor != nil && seen < Self.mostCards

        var worst = Array(bySubject.values.sorted(by: Suspect.isWorse).prefix(limit))
        let subjects = worst.map(\.subject)
        let activities = try await activities(of: subjects, since: start, until: now, policy)
        let reaches = try await reaches(of: subjects, policy)
        for place in worst.indices {
            let subject = worst[place].subject
            let activity = activities[subject] ?? Activity()
            worst[place].analysis = PatternAnalysis(
                activity, at: now, days: days, incidents: worst[place].incidents, critical: worst[place].critical)
            worst[place].isBlocked = reaches[place].block != nil
            guard subject.type == "ip" || subject.type == "net" else { continue }
            let users = activity.peers.filter { $0.last >= start }
            worst[place].anonymousUsers = users.count(where: \.isAnonymous)
            worst[place].registeredUsers = users.count - worst[place].anonymousUsers
        }
        return Suspects(days: days, severity: severity, suspects: worst, total: bySubject.count)
    }

    /// The reach of several subjects, in one round trip.
    func reaches(of subjects: [Subject], _ policy: Policy) async throws(RedisError) -> [Reach] {
        guard !subjects.isEmpty else { return [] }
        let names = subjects.map { Self.names(reaching: $0, policy) }
        let replies = try await send { pipeline in
            for each in names { appendReach(of: each, to: &pipeline) }
        }
        var reaches: [Reach] = []
        var rest = replies[...]
        for each in names {
            reaches.append(try Self.reach(of: each, rest.prefix(3 * each.count)))
            rest = rest.dropFirst(3 * each.count)
        }
        return reaches
    }
}

extension Suspect {
    fileprivate init(_ subject: Subject) {
        self.init(
            subject: subject, isBlocked: false, incidents: 0, critical: 0, high: 0, unreviewed: 0, last: 0,
            registeredUsers: 0, anonymousUsers: 0,
            analysis: PatternAnalysis(messages: 0, refused: 0, days: 1, incidents: 0, critical: 0), findings: [])
    }

    /// Takes in an incident; they come with the newest first.
    fileprivate mutating func add(_ card: IncidentCard) {
        incidents += 1
        if card.severity == .critical { critical += 1 }
        if card.severity == .high { high += 1 }
        if !card.isReviewed { unreviewed += 1 }
        last = max(last, card.last)
        guard findings.count < Self.mostFindings else { return }
        findings.append(
            Finding(
                id: card.id, rule: card.rule, severity: card.severity, description: card.description, at: card.last,
                participant: card.user))
    }
}
