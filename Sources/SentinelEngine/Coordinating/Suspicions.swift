import SentinelCore
import SentinelRedis

/// The suspicions that one batch changes: fetched from Redis, brought up to date, and handed back to be committed.
///
/// Flags are rare, so nothing is cached: one fetch for a batch with flags, none for the others.
struct Suspicions {
    /// Whose they are.
    let subjects: [Subject]
    private let scorer: Scorer
    private var bySubject: [Subject: Suspicion] = [:]

    init(_ flags: FlagBatch, scorer: Scorer) {
        self.scorer = scorer
        subjects = Array(scorer.subjects(of: flags.acts))
    }

    /// The one command that fetches them.
    func request(_ keys: Keys) -> RedisPipeline {
        var pipeline = RedisPipeline()
        pipeline.append("MGET", subjects.map { keys.suspicion($0) })
        return pipeline
    }

    /// Takes in the values that came. Those that cannot be read count as none; returns how many those were.
    mutating func accept(_ values: [RedisReply]) -> Int {
        var unreadable = 0
        for (subject, value) in zip(subjects, values) {
            guard case .bulk(let bytes) = value else { continue }
            if let suspicion = try? Suspicion(decoding: bytes) {
                bySubject[subject] = suspicion
            } else {
                unreadable += 1
            }
        }
        return unreadable
    }

    /// Applies what the batch holds, and adds the flags of the `score` rules that are met.
    mutating func score(_ flags: inout FlagBatch) {
        for flag in scorer.apply(flags.acts, to: &bySubject) { flags.add(flag) }
    }

    /// Saves nothing of these.
    mutating func forget(_ subjects: [Subject]) {
        for subject in subjects { bySubject[subject] = nil }
    }

    /// Names and bytes to commit.
    var states: [(name: [UInt8], bytes: [UInt8])] {
        bySubject.map { (Array("x:".utf8) + $0.key.bytes, $0.value.encoded()) }
    }
}
