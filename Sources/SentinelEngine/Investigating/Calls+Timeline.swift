package import SentinelCore
package import SentinelRedis

extension Calls {
    private static let dayLength: Int64 = 86_400_000
    /// Incidents in one timeline, at most: the newest.
    private static let mostIncidents = 200

    /// What a user or an address did in the last days, and what came of it.
    ///
    /// Bounded by the policy: the events that ``Policy/Timeline`` keeps, at most 200 incidents, and the changes that are
    /// noted. An IPv6 address is told with its network, as it is counted.
    /// - Parameters:
    ///   - days: 1…400.
    ///   - cursor: `next` of the page before; nil for the first one.
    package func timeline(
        of subject: Subject, days: Int64, limit: Int, after cursor: String? = nil, policy: Policy
    ) async throws(RedisError) -> Timeline {
        let now = try await now()
        let start = max(0, now - days * Self.dayLength)
        let counted = Self.counted(subject, policy)
        let names = Self.names(reaching: subject, policy)
        let touched = counted == subject ? [subject] : [subject, counted]
        let replies = try await send { pipeline in
            for name in touched { pipeline.append("LRANGE", keys.acts(name), 0, -1) }
            appendReach(of: names, to: &pipeline)
        }
        let reach = try Self.reach(of: names, replies[touched.count...])
        let activity = try await activities(of: [counted], since: start, until: now, policy)[counted] ?? Activity()
        let entries = try await entries(of: counted, with: activity, since: start, until: now, policy)
        var filter = IncidentFilter(last: start..<Int64.max)
        filter.about = counted
        let incidents = try await incidents(filter, limit: Self.mostIncidents).incidents

        var items = entries.map { TimelineItem($0) } + incidents.map { TimelineItem($0) }
        for (place, name) in touched.enumerated() {
            for row in try replies[place].orThrow().array {
                guard let change = SubjectChange(json: try row.bytes), change.at >= start else { continue }
                items.append(TimelineItem(change, of: name))
            }
        }
        // Reviews of what others did at this address are noted with those others.
        for incident in incidents where !touched.contains(incident.subject) {
            guard let review = incident.review else { continue }
            let change = SubjectChange(
                what: "review", at: review.at, by: review.by, note: review.note, after: review.disposition.rawValue,
                before: "{\"\(incident.id)\":\"open\"}")
            items.append(TimelineItem(change, of: incident.subject))
        }
        items.sort { ($0.at, $0.id) > ($1.at, $1.id) }
        if let place = cursor.flatMap(Timeline.Place.init(parsing:)) { items.removeAll { !place.isBefore($0) } }
        let page = Array(items.prefix(limit))
        let posts = entries.filter { policy.postKinds.contains($0.kind) }
        return Timeline(
            subject: subject, days: days, items: page,
            next: items.count > limit ? page.last.map { Timeline.Place($0).text } : nil,
            events: Int64(clamping: activity.totals(at: now, days: days).events),
            conversations: Set(posts.compactMap(\.object)).count,
            analysis: PatternAnalysis(
                activity, at: now, days: days, incidents: incidents.count,
                critical: incidents.count { $0.severity == .critical }),
            block: reach.block, isExempt: reach.isExempt)
    }

    /// How a subject counts: an IPv6 address by its network.
    static func counted(_ subject: Subject, _ policy: Policy) -> Subject {
        guard subject.type == "ip", let address = try? IPAddress(parsing: subject.id) else { return subject }
        return Subject(counting: address, ipv6PrefixLength: policy.subjectPrefix6)
    }
}
