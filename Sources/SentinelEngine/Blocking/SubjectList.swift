import SentinelCore
import SentinelRedis

/// A list of subjects as Redis keeps it: an index (sorted set), the details (hash), and a public key for each one.
///
/// The public key is what counts for others, so it decides here too: an entry without it is over.
struct SubjectList {
    let calls: Calls
    let index: String
    let details: String
    let publicKey: (Subject) -> [UInt8]

    /// Entries per round trip: Redis answers nobody else meanwhile.
    private static let page = 100

    /// One entry as it is read.
    struct Entry {
        let subject: Subject
        /// Nil when the details are gone.
        let json: [UInt8]?
        /// Nil: permanent.
        let remaining: Duration?
    }

    /// Hands every entry of that type (nil: all) to `take`, page by page. Changes meanwhile may be missed, or an entry be
    /// seen twice; what does not change is seen once.
    func forEach(ofType type: String?, _ take: (Entry) -> Void) async throws(RedisError) {
        var start = 0
        while true {
            let members = try await calls.client.call("ZRANGE", index, start, start + Self.page - 1).array
            var subjects: [Subject] = []
            for member in members {
                guard let subject = try? Subject(parsing: try member.bytes) else { continue }
                if type == nil || subject.type == type { subjects.append(subject) }
            }
            try await read(subjects, take)
            if members.count < Self.page { return }
            start += Self.page
        }
    }

    private func read(_ subjects: [Subject], _ take: (Entry) -> Void) async throws(RedisError) {
        guard !subjects.isEmpty else { return }
        let names = subjects.map { $0.bytes as any RedisArgument }
        let replies = try await calls.send { pipeline in
            pipeline.append("HMGET", [details] + names)
            for subject in subjects { pipeline.append("PTTL", publicKey(subject)) }
        }
        let texts = try replies[0].orThrow().array
        for (place, subject) in subjects.enumerated() where place < texts.count {
            let left = try replies[place + 1].orThrow().int
            guard left != -2 else { continue }
            let json = texts[place].isNull ? nil : try texts[place].bytes
            take(Entry(subject: subject, json: json, remaining: left < 0 ? nil : .milliseconds(left)))
        }
    }
}
