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
    /// When the last of them were, ms since 1970, oldest first; at most ``PostHistory/capacity``.
    package var recentPosts: [Int64]
    /// When the last of them was, ms since 1970.
    package var lastPost: Int64?
    /// What is open, the newest first.
    package var openIncidents: [Incident]
    /// The block that keeps it out: its own, or that of a network around it.
    package var block: Standing<Block>?
    /// On the allow list.
    package var isExempt: Bool

    /// Whether anything is known of it.
    package var isKnown: Bool {
        posts > 0 || !assessment.reasons.isEmpty || assessment.incidents > 0 || !openIncidents.isEmpty || block != nil
            || isExempt
    }
}

extension Calls {
    /// Looks a subject up: two round trips, whatever there is.
    /// - Parameters:
    ///   - time: As of when scores are told, ms since 1970; nil for now.
    ///   - policy: Its half-life, retention and prefixes.
    package func summary(
        of subject: Subject, at time: Int64? = nil, policy: Policy
    ) async throws(RedisError) -> SubjectSummary {
        let names = [subject] + Self.networks(around: subject, policy)
        let replies = try await send { pipeline in
            pipeline.append("TIME")
            pipeline.append("MGET", keys.history(subject), keys.suspicion(subject))
            pipeline.append("HGETALL", keys.openIncidents(subject))
            for name in names {
                pipeline.append("GET", keys.block(name))
                pipeline.append("PTTL", keys.block(name))
                pipeline.append("EXISTS", keys.allow(name))
            }
        }
        let clock = try replies[0].orThrow().array
        let redisTime = try clock[0].int * 1000 + (try clock[1].int) / 1000
        let now = time ?? redisTime
        let states = try replies[1].orThrow().array
        let history = Self.bytes(states[0]).flatMap { try? ActorHistory(decoding: $0) }?.posts ?? PostHistory()
        let suspicion = Self.bytes(states[1]).flatMap { try? Suspicion(decoding: $0) } ?? Suspicion()
        var summary = SubjectSummary(
            subject: subject, at: now, assessment: Assessment(suspicion, history.tally, at: now, policy: policy),
            posts: history.total, recentPosts: history.posts.map(\.at), lastPost: history.posts.last?.at,
            openIncidents: try await openIncidents(try replies[2].orThrow(), at: now, policy), block: nil,
            isExempt: false)
        for (place, name) in names.enumerated() {
            let answers = replies[(3 + 3 * place)..<(6 + 3 * place)]
            let json = try answers[answers.startIndex].orThrow()
            let left = try answers[answers.startIndex + 1].int
            if summary.block == nil, left != -2, let bytes = Self.bytes(json) {
                summary.block = Standing(
                    value: Block(name, json: bytes) ?? Block(unknown: name),
                    remaining: left < 0 ? nil : .milliseconds(left))
            }
            if try answers[answers.startIndex + 2].int == 1 { summary.isExempt = true }
        }
        return summary
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

    /// Networks whose block reaches an address.
    private static func networks(around subject: Subject, _ policy: Policy) -> [Subject] {
        guard subject.type == "ip", let address = try? IPAddress(parsing: subject.id) else { return [] }
        let lengths = address.family == .v4 ? policy.networks4 : policy.networks6 + [policy.subjectPrefix6]
        return Set(lengths).sorted(by: >).map { Subject(of: Network(masking: address, length: $0)) }
    }
}
