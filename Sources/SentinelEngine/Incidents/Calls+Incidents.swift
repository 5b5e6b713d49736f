package import SentinelCore
package import SentinelRedis

/// Which incidents are asked for; nil and an open range ask for all.
package struct IncidentFilter: Sendable, Equatable {
    package var subject: Subject?
    package var rule: String?
    package var module: String?
    /// The least severity.
    package var severity = Rule.Severity.low
    package var mode: Rule.Mode?
    /// When it last grew, ms since 1970.
    package var last: Range<Int64>
    package var isReviewed: Bool?
    package var disposition: Review.Disposition?
    /// A part of id, rule, subject, description or note, at most 256 bytes; ASCII letters may be of either case.
    package var text: String?
    /// Its subject, or user or address (as it is counted) of its newest event.
    package var about: Subject?

    package init(
        subject: Subject? = nil, rule: String? = nil, severity: Rule.Severity = .low,
        last: Range<Int64> = 0..<Int64.max
    ) {
        self.subject = subject
        self.rule = rule
        self.severity = severity
        self.last = last
    }

    var arguments: [any RedisArgument] {
        // Redis counts in Lua, whose numbers are exact up to 2^53.
        let latest: Int64 = 1 << 53 - 1
        var arguments: [any RedisArgument] = [
            "severity", severity.rawValue, "since", min(max(0, last.lowerBound), latest),
        ]
        if last.upperBound <= latest { arguments += ["until", max(0, last.upperBound)] as [any RedisArgument] }
        if let subject { arguments += ["subject", subject.bytes] as [any RedisArgument] }
        if let rule { arguments += ["rule", rule] as [any RedisArgument] }
        if let module { arguments += ["module", module] as [any RedisArgument] }
        if let mode { arguments += ["mode", mode.rawValue] as [any RedisArgument] }
        if let isReviewed { arguments += ["reviewed", isReviewed ? 1 : 0] as [any RedisArgument] }
        if let disposition { arguments += ["disposition", disposition.rawValue] as [any RedisArgument] }
        if let text { arguments += ["text", text] as [any RedisArgument] }
        if let about { arguments += ["about", about.bytes] as [any RedisArgument] }
        return arguments
    }
}

/// A piece of the list of incidents.
package struct IncidentPage: Sendable, Equatable {
    package var incidents: [Incident] = []
    /// Where the next page begins; nil at the end of the list.
    package var next: String?
}

extension Calls {
    /// Most incidents in one reply: each may hold 16 KB of evidence.
    private static var incidentsAtOnce: Int { 100 }

    /// The incidents that the filter takes, those that grew last first, at most `limit`. Redis looks at a few hundred per
    /// call, so that verdicts need not wait for long; it is asked until there are as many.
    /// - Parameter cursor: `next` of the page before; nil for the first one.
    package func incidents(
        _ filter: IncidentFilter = IncidentFilter(), limit: Int, after cursor: String? = nil
    ) async throws(RedisError) -> IncidentPage {
        var page = IncidentPage(next: cursor)
        repeat {
            var arguments = filter.arguments
            let wanted = min(Self.incidentsAtOnce, limit - page.incidents.count)
            arguments += ["limit", max(1, wanted)] as [any RedisArgument]
            if let next = page.next { arguments += ["cursor", next] as [any RedisArgument] }
            let reply = try await call("sentinel_incidents", readOnly: true, arguments)
            for row in try reply["incidents"]?.array ?? [] {
                if let incident = try Incident(row) { page.incidents.append(incident) }
            }
            page.next = try reply["cursor"]?.string
        } while page.next != nil && page.incidents.count < limit
        return page
    }

    /// One incident; nil if there is none of that id, or no more.
    package func incident(_ id: String) async throws(RedisError) -> Incident? {
        try Incident(await client.call("HGETALL", keys.incident(id)))
    }
}
