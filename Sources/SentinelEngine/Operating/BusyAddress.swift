package import SentinelCore
package import SentinelRedis

/// An address that did much.
package struct BusyAddress: Sendable, Equatable {
    /// As it is counted.
    package var subject: Subject
    package var events: Int64
    /// Events per day since its first one in the time that is asked for.
    package var perDay: Double
    package var messages: Int64
    package var refused: Int64
    package var tokens: Int64
    package var isSuspicious: Bool
    package var isBlocked: Bool
}

extension Calls {
    /// Candidates that are looked at more closely, per span.
    private static let candidates: Int64 = 50

    /// The addresses with most events since a time (ms since 1970; as far back as the policy keeps activity), the busiest
    /// first. From the list of the busiest that coordinators keep: an address with fewer than 16 events in a span of it is
    /// not among them.
    package func busiest(since start: Int64, limit: Int, policy: Policy) async throws(RedisError) -> [BusyAddress] {
        let now = try await now()
        let spans = ActivityShelf.spans(from: start, to: now, policy.timeline)
        let lists = try await send { pipeline in
            for span in spans { pipeline.append("ZRANGE", keys.busy(span: span), 0, Self.candidates - 1, "REV") }
        }
        var subjects: Set<Subject> = []
        for list in lists {
            for member in try list.orThrow().array {
                if let subject = try? Subject(parsing: try member.bytes) { subjects.insert(subject) }
            }
        }
        let days = max(1, now / Statistics.day - start / Statistics.day + 1)
        let activities = try await activities(of: Array(subjects), since: start, until: now, policy)
        var busy = activities.map { subject, activity in
            let totals = activity.totals(at: now, days: days)
            return BusyAddress(
                subject: subject, events: Int64(clamping: totals.events),
                perDay: Double(totals.events) / Double(activity.span(at: now, days: days)),
                messages: Int64(clamping: totals.messages), refused: Int64(clamping: totals.refused),
                tokens: Int64(clamping: totals.tokens), isSuspicious: false, isBlocked: false)
        }
        busy = Array(
            busy.filter { $0.events > 0 }
                .sorted { ($0.events, $0.subject.description) > ($1.events, $1.subject.description) }.prefix(limit))
        guard !busy.isEmpty else { return [] }
        let reaches = try await reaches(of: busy.map(\.subject), policy)
        let states = try await send { $0.append("MGET", busy.map { keys.suspicion($0.subject) }) }[0].orThrow().array
        for place in busy.indices {
            var suspicion = Suspicion()
            if case .bulk(let bytes) = states[place] { suspicion = (try? Suspicion(decoding: bytes)) ?? suspicion }
            let retention = policy.retention.milliseconds
            let critical = suspicion.lastCritical.map { Double(now) - Double($0) < Double(retention) } ?? false
            busy[place].isSuspicious =
                PatternAnalysis(
                    activities[busy[place].subject] ?? Activity(), at: now, days: days,
                    incidents: suspicion.incidents(at: now, within: retention), critical: critical ? 1 : 0
                ).isSuspicious
            busy[place].isBlocked = reaches[place].block != nil
        }
        return busy
    }
}
