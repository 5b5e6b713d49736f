package import SentinelCore
package import SentinelRedis

/// All that is known of one subject: its scores, its activity, its open incidents, and whether it is blocked.
package struct SubjectSummary: Sendable, Equatable {
    package var subject: Subject
    /// As of when, ms since 1970.
    package var at: Int64
    package var assessment: Assessment
    /// Posts ever, as far as its history goes back.
    package var posts: UInt64
    /// When the last of them was, ms since 1970.
    package var lastPost: Int64?
    /// What it did in all the time that the policy keeps (``Policy/Timeline``), as it is counted.
    package var activity: Activity
    /// Posts that were not refused in the last hour and day, as far as single events are kept.
    package var postsLastHour: Int
    package var postsLastDay: Int
    /// What is open, the newest first.
    package var openIncidents: [Incident]
    /// The block that keeps it out: its own, or that of a network around it.
    package var block: Standing<Block>?
    /// On the allow list.
    package var isExempt: Bool

    /// Whole days since the account was created; nil where no event said when.
    package var accountAgeDays: Int64? { activity.created.map { max(0, at - $0) / Statistics.day } }

    /// Whether anything is known of it.
    package var isKnown: Bool {
        posts > 0 || activity.events > 0 || !assessment.reasons.isEmpty || assessment.incidents > 0
            || !openIncidents.isEmpty || block != nil
            || isExempt
    }
}

extension Calls {
    /// Looks a subject up: a few round trips, whatever there is.
    /// - Parameters:
    ///   - time: As of when scores are told, ms since 1970; nil for now.
    ///   - policy: Its half-life, retention and prefixes.
    package func summary(
        of subject: Subject, at time: Int64? = nil, policy: Policy
    ) async throws(RedisError) -> SubjectSummary {
        let names = Self.names(reaching: subject, policy)
        let counted = Self.counted(subject, policy)
        let replies = try await send { pipeline in
            pipeline.append("TIME")
            pipeline.append("MGET", keys.history(counted), keys.suspicion(counted))
            pipeline.append("HGETALL", keys.openIncidents(counted))
            appendReach(of: names, to: &pipeline)
        }
        let clock = try replies[0].orThrow().array
        let redisTime = try clock[0].int * 1000 + (try clock[1].int) / 1000
        let now = time ?? redisTime
        let states = try replies[1].orThrow().array
        let history = Self.bytes(states[0]).flatMap { try? ActorHistory(decoding: $0) }?.posts ?? PostHistory()
        let suspicion = Self.bytes(states[1]).flatMap { try? Suspicion(decoding: $0) } ?? Suspicion()
        let keep = policy.timeline.keep.milliseconds
        let activity = try await activities(of: [counted], since: now - keep, until: now, policy)[counted]
        let posts = try await recentPosts(of: counted, activity ?? Activity(), history, at: now, policy)
        let reach = try Self.reach(of: names, replies[3...])
        var assessment = Assessment(suspicion, history.tally, at: now, policy: policy)
        if counted.type == "ip" || counted.type == "net" { assessment.take(activity ?? Activity(), at: now) }
        return SubjectSummary(
            subject: subject, at: now, assessment: assessment,
            posts: max(history.total, activity?.totals(at: now, days: Self.allDays).messages ?? 0),
            lastPost: history.posts.last?.at, activity: activity ?? Activity(),
            postsLastHour: posts.count { $0 > now - Self.hour }, postsLastDay: posts.count,
            openIncidents: try await openIncidents(try replies[2].orThrow(), at: now, policy), block: reach.block,
            isExempt: reach.isExempt)
    }

    /// More days than activity is kept.
    private static var allDays: Int64 { 400 }
    private static var hour: Int64 { 3_600_000 }

    /// When the posts of the last day were that were not refused; of the last twenty where the policy keeps no events.
    private func recentPosts(
        of subject: Subject, _ activity: Activity, _ history: PostHistory, at time: Int64, _ policy: Policy
    ) async throws(RedisError) -> [Int64] {
        let times: [Int64]
        if policy.timeline.entries > 0 {
            times = try await entries(
                of: subject, with: activity, since: time - 24 * Self.hour, until: time, policy
            )
            .filter { policy.postKinds.contains($0.kind) && !$0.isRefused }.map(\.at)
        } else {
            times = history.posts.map(\.at)
        }
        return times.filter { $0 > time - 24 * Self.hour && $0 <= time }
    }

    /// The incidents that the reply to `HGETALL` names and that are not over.
    private func openIncidents(
        _ open: RedisReply, at time: Int64, _ policy: Policy
    ) async throws(RedisError) -> [Incident] {
        var ids: [String] = []
        for (_, value) in try open.pairs {
            let parts = try value.string.split(separator: " ")
            guard parts.count == 3, let last = Int64(parts[2]) else { continue }
            if Double(time) - Double(last) < Double(policy.quiet.milliseconds) { ids.append(String(parts[0])) }
        }
        if ids.isEmpty { return [] }
        let replies = try await send { pipeline in
            for id in ids { pipeline.append("HGETALL", keys.incident(id)) }
        }
        var incidents: [Incident] = []
        for reply in replies {
            if let incident = try Incident(reply.orThrow()) { incidents.append(incident) }
        }
        return incidents.sorted { ($0.last, $0.id) > ($1.last, $1.id) }
    }

    private static func bytes(_ reply: RedisReply) -> [UInt8]? {
        if case .bulk(let bytes) = reply { bytes } else { nil }
    }
}
