import SentinelCore
import SentinelRedis

/// The suspicions that changed since the last commit: fetched from Redis, brought up to date, and handed out to be committed.
///
/// Flags are rare, so nothing is cached beyond that: one fetch for a batch with flags, none for the others.
struct Suspicions {
    private var changed: [Subject: Suspicion] = [:]

    /// Which suspicions these flags change that are not here.
    func missing(for flags: FlagBatch, _ scorer: Scorer) -> [Subject] {
        scorer.subjects(of: flags.acts).filter { changed[$0] == nil }
    }

    /// The one command that fetches them.
    func request(for subjects: [Subject], _ keys: Keys) -> RedisPipeline {
        var pipeline = RedisPipeline()
        pipeline.append("MGET", subjects.map { keys.suspicion($0) })
        return pipeline
    }

    /// Takes in the values that came. Those that cannot be read count as none; returns how many those were.
    mutating func accept(_ values: [RedisReply], for subjects: [Subject]) -> Int {
        var unreadable = 0
        for (subject, value) in zip(subjects, values) {
            guard case .bulk(let bytes) = value else { continue }
            if let suspicion = try? Suspicion(decoding: bytes) {
                changed[subject] = suspicion
            } else {
                unreadable += 1
            }
        }
        return unreadable
    }

    /// Applies what the batch holds, and adds the flags of the `score` rules that are met.
    mutating func score(_ flags: inout FlagBatch, _ scorer: Scorer) {
        for flag in scorer.apply(flags.acts, to: &changed) { flags.add(flag) }
    }

    /// Saves nothing of these.
    mutating func forget(_ subjects: [Subject]) {
        for subject in subjects { changed[subject] = nil }
    }

    /// Hands out names and bytes to commit, and counts them as saved.
    mutating func drain(time: Duration) -> StateGroup {
        let states = changed.map { (name: Array("x:".utf8) + $0.key.bytes, bytes: $0.value.encoded()) }
        changed.removeAll(keepingCapacity: true)
        return StateGroup(ttl: time.milliseconds, states: states)
    }

    /// Forgets everything: after an error nobody knows what Redis has.
    mutating func removeAll() {
        changed.removeAll()
    }
}
