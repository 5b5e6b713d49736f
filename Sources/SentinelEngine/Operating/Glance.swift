package import SentinelCore
package import SentinelRedis

/// How things stand at one moment: what was counted today, who is worst, what was found last.
package struct Glance: Sendable {
    /// A subject by what was found about it lately.
    package struct Suspect: Sendable, Equatable {
        package var subject: Subject
        /// Rules with an incident.
        package var rules: [String]
        package var severity: Rule.Severity
        /// When the latest of them grew, ms since 1970.
        package var last: Int64
    }

    package var today: Statistics
    /// The newest incidents, newest first.
    package var incidents: [Incident]

    package init(today: Statistics, incidents: [Incident]) {
        self.today = today
        self.incidents = incidents
    }

    /// When, ms since 1970, by the clock of Redis.
    package var at: Int64 { today.at }

    /// Those with the most severe incidents first, then those with the most, then the latest.
    package func worst(_ count: Int) -> [Suspect] {
        var suspects: [Subject: Suspect] = [:]
        for incident in incidents {
            var suspect =
                suspects[incident.subject]
                ?? Suspect(subject: incident.subject, rules: [], severity: .low, last: incident.last)
            if !suspect.rules.contains(incident.rule) { suspect.rules.append(incident.rule) }
            if incident.severity.rawValue > suspect.severity.rawValue { suspect.severity = incident.severity }
            suspect.last = max(suspect.last, incident.last)
            suspects[incident.subject] = suspect
        }
        let ranked = suspects.values.sorted {
            ($0.severity.rawValue, $0.rules.count, $0.last, $1.subject.description)
                > ($1.severity.rawValue, $1.rules.count, $1.last, $0.subject.description)
        }
        return Array(ranked.prefix(count))
    }

    /// Events a second since an earlier glance; nil where that cannot be told (the counters began anew with the day).
    package func rate(since earlier: Glance, of counter: KeyPath<Statistics, Int64>) -> Double? {
        let count = today[keyPath: counter] - earlier.today[keyPath: counter]
        guard at > earlier.at, today.from == earlier.today.from, count >= 0 else { return nil }
        return Double(count) * 1000 / Double(at - earlier.at)
    }
}

extension Calls {
    /// Looks at the counters of today and at the newest incidents, at most `count` of them.
    package func glance(incidents count: Int) async throws(RedisError) -> Glance {
        // The future begins today: what is asked for are the counters of this day alone.
        Glance(today: try await statistics(since: .max), incidents: try await incidents(limit: count).incidents)
    }
}
