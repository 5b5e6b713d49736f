package import SentinelCore
package import SentinelRedis

/// The public block keys that exist at this moment: what an edge would see.
package struct BlockKeys: Sendable {
    package struct Key: Sendable {
        package var subject: Subject
        /// Ms; nil is permanent.
        package var timeLeft: Int64?
    }

    private let calls: Calls

    package init(calls: Calls) {
        self.calls = calls
    }

    /// The keys of the blocks that end first, at most `count`, and how many blocks there are.
    package func sample(_ count: Int) async throws(RedisError) -> (shown: [Key], total: Int64) {
        let replies = try await calls.send { pipeline in
            pipeline.append("ZRANGE", calls.keys.blockIndex, 0, 4 * count)
            pipeline.append("ZCARD", calls.keys.blockIndex)
        }
        var subjects: [Subject] = []
        for member in try replies[0].orThrow().array {
            if let subject = try? Subject(parsing: member.bytes) { subjects.append(subject) }
        }
        let times = try await calls.send { pipeline in
            for subject in subjects { pipeline.append("PTTL", calls.keys.block(subject)) }
        }
        var shown: [Key] = []
        for (subject, time) in zip(subjects, times) {
            let left = try time.int
            // -2: the key is gone, the index not yet swept. -1: permanent.
            if left != -2 { shown.append(Key(subject: subject, timeLeft: left == -1 ? nil : left)) }
        }
        return (Array(shown.prefix(count)), try replies[1].int)
    }
}
