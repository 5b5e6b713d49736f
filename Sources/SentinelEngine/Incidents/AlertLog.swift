import SentinelCore
import SentinelRedis

/// Reads the stream of alerts from a place on.
struct AlertLog {
    /// An alert with the place it has in the stream.
    struct Entry {
        let position: String
        /// Nil when the entry is none of the library's.
        let number: Int64?
        let json: [UInt8]
    }

    /// The place before the first alert.
    static let start = "0-0"
    /// Entries per round trip: an alert may hold 16 KB of evidence.
    static let page = 100
    /// A log that cannot be read now is read later: the alerts wait there.
    private static let patience = RedisRetry(tries: .max)

    let calls: Calls

    /// The place just before the alerts that were raised at that time (ms since 1970, of Redis) or later.
    static func position(before time: Int64) -> String {
        time > 0 ? "\(time - 1)-\(UInt64.max)" : start
    }

    /// The next alerts after that place, at most ``page``.
    func entries(after position: String) async throws(RedisError) -> [Entry] {
        try await read("XRANGE", "(\(position)", "+", count: Self.page)
    }

    /// The alerts before that place, newest first, at most ``page``; nil: the newest ones.
    func entries(before position: String?) async throws(RedisError) -> [Entry] {
        try await read("XREVRANGE", position.map { "(\($0)" } ?? "+", "-", count: Self.page)
    }

    /// The newest alert; nil if there is none.
    func newest() async throws(RedisError) -> Entry? {
        try await read("XREVRANGE", "+", "-", count: 1).first
    }

    /// The place before the oldest alert of the numbers that count now: where they began anew, or the start of the log.
    func beginning() async throws(RedisError) -> String {
        guard let newest = try await newest()?.number else { return Self.start }
        // Numbers have no holes: the first alert of these was so many before.
        return try await position { ($0.number ?? .max) > newest }
    }

    /// The place before the first alert whose number is greater.
    func position(after number: Int64) async throws(RedisError) -> String {
        try await position { ($0.number ?? 0) <= number }
    }

    /// The place before the first entry that is not `early`, if those that are come first: found by halving the ms that
    /// the log spans, some forty round trips for years.
    private func position(_ early: (Entry) -> Bool) async throws(RedisError) -> String {
        guard let first = try await read("XRANGE", "-", "+", count: 1).first, let last = try await newest() else {
            return Self.start
        }
        guard early(first) else { return Self.start }
        var low = Self.milliseconds(first.position)
        var high = Self.milliseconds(last.position) + 1
        // All before the ms `low` are early; not all before `high` need be.
        while low + 1 < high {
            let middle = low + (high - low) / 2
            let entry = try await read("XRANGE", "\(middle)-0", "+", count: 1).first
            if let entry, early(entry) { low = middle } else { high = middle }
        }
        return Self.position(before: low)
    }

    private static func milliseconds(_ position: String) -> Int64 {
        Int64(position.prefix { $0 != "-" }) ?? 0
    }

    private func read(_ command: String, _ from: String, _ to: String, count: Int) async throws(RedisError) -> [Entry] {
        var pipeline = RedisPipeline()
        pipeline.append(command, calls.keys.alertsLog, from, to, "COUNT", count)
        let reply = try await calls.client.send(pipeline, retrying: Self.patience)[0].orThrow()
        var entries: [Entry] = []
        for item in try reply.array {
            let parts = try item.array
            guard parts.count == 2 else { continue }
            var number: Int64?
            var json: [UInt8] = []
            for (field, value) in try parts[1].pairs {
                switch field {
                case "seq": number = Int64(try value.string).flatMap { Alert.numbers.contains($0) ? $0 : nil }
                case "alert": json = try value.bytes
                default: break
                }
            }
            entries.append(Entry(position: try parts[0].string, number: number, json: json))
        }
        return entries
    }
}
