package import SentinelCore
package import SentinelRedis

/// Which incidents are asked for; nil and an open range ask for all.
package struct IncidentFilter: Sendable {
    package var subject: Subject?
    package var rule: String?
    /// The least severity.
    package var severity = Rule.Severity.low
    /// When it last grew, ms since 1970.
    package var last: Range<Int64>

    package init(
        subject: Subject? = nil, rule: String? = nil, severity: Rule.Severity = .low,
        last: Range<Int64> = 0..<Int64.max
    ) {
        self.subject = subject
        self.rule = rule
        self.severity = severity
        self.last = last
    }

    func accepts(_ incident: Incident) -> Bool {
        (subject == nil || incident.subject == subject) && (rule == nil || incident.rule == rule)
            && incident.severity.rawValue >= severity.rawValue
    }
}

extension Calls {
    /// The incidents that the filter takes, newest first, at most `limit`. Looks through the list a hundred at a time
    /// until it has them.
    package func incidents(
        _ filter: IncidentFilter = IncidentFilter(), limit: Int
    ) async throws(RedisError) -> [Incident] {
        let page = 100
        var found: [Incident] = []
        var offset = 0
        while found.count < limit {
            let ids = try await client.call(
                "ZRANGE", keys.incidents, Self.exclusive(filter.last.upperBound), filter.last.lowerBound, "BYSCORE",
                "REV", "LIMIT", offset, page
            ).array
            let names = try Self.texts(ids)
            let replies = try await send { pipeline in
                for name in names { pipeline.append("HGETALL", keys.incident(name)) }
            }
            for reply in replies where found.count < limit {
                if let incident = try Incident(reply.orThrow()), filter.accepts(incident) { found.append(incident) }
            }
            if ids.count < page { break }
            offset += page
        }
        return found
    }

    /// One incident; nil if there is none of that id, or no more.
    package func incident(_ id: String) async throws(RedisError) -> Incident? {
        try Incident(await client.call("HGETALL", keys.incident(id)))
    }

    /// An upper end of a range of scores that does not belong to it.
    private static func exclusive(_ end: Int64) -> String { end == .max ? "+inf" : "(\(end)" }

    private static func texts(_ replies: [RedisReply]) throws(RedisError) -> [String] {
        var texts: [String] = []
        for reply in replies { texts.append(try reply.string) }
        return texts
    }
}
