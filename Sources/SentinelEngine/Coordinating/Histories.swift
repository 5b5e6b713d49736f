import SentinelCore
import SentinelRedis

/// The histories that the detectors work on, cached from Redis, and which of them changed since the last commit.
struct Histories {
    private var users: Ledger<Subject, PostHistory>
    private var texts: Ledger<UInt64, TextSightings>
    private var changedUsers: Set<Subject> = []
    private var changedTexts: Set<UInt64> = []
    private let keys: Keys

    /// - Parameter capacity: how many users, and how many texts, are held in memory.
    init(keys: Keys, capacity: Int) {
        self.keys = keys
        users = Ledger(capacity: capacity)
        texts = Ledger(capacity: capacity)
    }

    /// What the cache has not and Redis may have.
    struct Missing {
        fileprivate var users: [Subject] = []
        fileprivate var texts: [UInt64] = []

        var isEmpty: Bool { users.isEmpty && texts.isEmpty }
    }

    /// What these entries need and the cache has not. What it has stays until they are judged.
    mutating func missing(for looks: [Detection.Look]) -> Missing {
        var missingUsers: Set<Subject> = []
        var missingTexts: Set<UInt64> = []
        for look in looks {
            if let user = look.historyOwner, !users.touch(user) { missingUsers.insert(user) }
            if let text = look.fingerprint?.hash, !texts.touch(text) { missingTexts.insert(text) }
        }
        return Missing(users: Array(missingUsers), texts: Array(missingTexts))
    }

    /// The one command that fetches what is missing.
    func request(for missing: Missing) -> RedisPipeline {
        var pipeline = RedisPipeline()
        pipeline.append(
            "MGET",
            missing.users.map { Array("\(keys.prefix):".utf8) + Self.name(of: $0) }
                + missing.texts.map { Array("\(keys.prefix):\(Self.name(of: $0))".utf8) }
        )
        return pipeline
    }

    /// Takes in the values that came. Those that cannot be read count as empty; returns how many those were.
    mutating func accept(_ values: [RedisReply], for missing: Missing) -> Int {
        var unreadable = 0
        for (user, value) in zip(missing.users, values) {
            users.put(Self.decode(value, &unreadable) { try PostHistory(decoding: $0) } ?? .init(), for: user)
        }
        for (text, value) in zip(missing.texts, values.dropFirst(missing.users.count)) {
            texts.put(Self.decode(value, &unreadable) { try TextSightings(decoding: $0) } ?? .init(), for: text)
        }
        return unreadable
    }

    private static func decode<State>(
        _ value: RedisReply, _ unreadable: inout Int, _ decode: ([UInt8]) throws -> State
    ) -> State? {
        guard case .bulk(let bytes) = value else { return nil }
        if let state = try? decode(bytes) { return state }
        unreadable += 1
        return nil
    }

    /// Judges one entry with its histories, which `fetch` has brought.
    mutating func judge(_ look: Detection.Look, by detection: Detection, flags: inout FlagBatch) {
        var history = look.historyOwner.flatMap { users.take($0) } ?? PostHistory()
        var sightings = look.fingerprint.flatMap { texts.take($0.hash) } ?? TextSightings()
        detection.judge(look, history: &history, sightings: &sightings, flags: &flags)
        if let user = look.historyOwner {
            users.put(history, for: user)
            changedUsers.insert(user)
        }
        if let text = look.fingerprint?.hash {
            texts.put(sightings, for: text)
            changedTexts.insert(text)
        }
    }

    /// Hands out what changed, as `name, ttl, bytes`, and counts it as saved.
    mutating func drain(userTime: Duration, textTime: Duration, _ save: ([UInt8], Int64, [UInt8]) -> Void) {
        for user in changedUsers {
            if let history = users.state(user) { save(Self.name(of: user), userTime.milliseconds, history.encoded()) }
        }
        for text in changedTexts {
            if let sightings = texts.state(text) {
                save(Array(Self.name(of: text).utf8), textTime.milliseconds, sightings.encoded())
            }
        }
        changedUsers.removeAll(keepingCapacity: true)
        changedTexts.removeAll(keepingCapacity: true)
    }

    /// Forgets everything: after an error nobody knows what Redis has.
    mutating func removeAll() {
        users.removeAll()
        texts.removeAll()
        changedUsers.removeAll()
        changedTexts.removeAll()
    }

    private static func name(of user: Subject) -> [UInt8] { Array("u:".utf8) + user.bytes }
    private static func name(of text: UInt64) -> String { "t:" + String(text, radix: 16) }
}

extension Detection.Look {
    /// Whose history this entry reads and writes, if any.
    fileprivate var historyOwner: Subject? {
        if case .unblock = entry.content { return actor }
        return isPost ? actor : nil
    }
}
