import SentinelCore
import SentinelRedis

extension Calls {
    /// What subjects did since a time (ms since 1970), the spans merged; those of whom nothing is known are left out.
    func activities(
        of subjects: [Subject], since start: Int64, until end: Int64, _ policy: Policy
    ) async throws(RedisError) -> [Subject: Activity] {
        let spans = ActivityShelf.spans(from: start, to: end, policy.timeline)
        guard !subjects.isEmpty else { return [:] }
        let replies = try await send { pipeline in
            for subject in subjects {
                for span in spans {
                    pipeline.append(
                        "HGET", keys.activities(ActivityShelf(of: subject, span: span)),
                        ActivityShelf.Field.activity.bytes(subject.bytes))
                }
            }
        }
        var activities: [Subject: Activity] = [:]
        for (place, reply) in replies.enumerated() {
            guard case .bulk(let bytes) = try reply.orThrow(), let activity = try? Activity(decoding: bytes) else {
                continue
            }
            activities[subjects[place / spans.count], default: Activity()].merge(activity)
        }
        return activities
    }

    /// The newest events of a subject that are remembered one by one, since a time; newest first. Those at an address that
    /// only one user had are remembered with that user.
    func entries(
        of subject: Subject, with activity: Activity, since start: Int64, until end: Int64, _ policy: Policy
    ) async throws(RedisError) -> [ActivityEntry] {
        guard policy.timeline.entries > 0 else { return [] }
        let users = subject.type == "user" ? [] : activity.peers.compactMap { try? Subject(type: "user", id: $0.id) }
        let replies = try await send { pipeline in
            for owner in [subject] + users {
                let fields = (0..<policy.timeline.entries).map {
                    ActivityShelf.Field.entry($0).bytes(owner.bytes) as any RedisArgument
                }
                for span in ActivityShelf.spans(from: start, to: end, policy.timeline) {
                    pipeline.append("HMGET", [keys.activities(ActivityShelf(of: owner, span: span))] + fields)
                }
            }
        }
        var entries: [LogPosition: ActivityEntry] = [:]
        for reply in replies {
            for value in try reply.orThrow().array {
                guard case .bulk(let bytes) = value, let entry = try? ActivityEntry(decoding: bytes), entry.at >= start,
                    users.isEmpty || isAt(subject, entry, policy)
                else { continue }
                entries[entry.position] = entry
            }
        }
        return entries.values.sorted { ($0.at, $0.position) > ($1.at, $1.position) }
    }

    private func isAt(_ address: Subject, _ entry: ActivityEntry, _ policy: Policy) -> Bool {
        guard let text = entry.ip, let ip = try? IPAddress(parsing: text) else { return false }
        return Subject(counting: ip, ipv6PrefixLength: policy.subjectPrefix6) == address
    }
}
