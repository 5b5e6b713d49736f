import SentinelCore
import SentinelRedis

/// Reads a partition's event log from a position on. Reading changes nothing: only a commit moves the cursor.
struct EventLog {
    let client: RedisClient
    let keys: Keys

    /// Where the last commit left off; the start for a log that nobody has read.
    func cursor() async throws(RedisError) -> LogPosition {
        let groups = try await client.call("XINFO", "GROUPS", keys.events).array
        for group in groups {
            let fields = try group.pairs
            guard try fields.first(where: { $0.field == "name" })?.value.string == Keys.group else { continue }
            for (field, value) in fields where field == "last-delivered-id" {
                return LogPosition(parsing: try value.bytes) ?? .start
            }
        }
        return .start
    }

    /// The position of the newest entry; nil if there is none.
    func newest() async throws(RedisError) -> LogPosition? {
        let entry = try await client.call("XREVRANGE", keys.events, "+", "-", "COUNT", 1).array.first
        return try entry.flatMap { (entry) throws(RedisError) in LogPosition(parsing: try entry.array[0].bytes) }
    }

    /// The next entries, at most `count`; waits up to `patience` for the first one. Empty when none came.
    func entries(after cursor: LogPosition, count: Int, patience: Duration) async throws(RedisError) -> Batch {
        // BLOCK 0 would wait for ever.
        let reply = try await client.call(
            "XREAD", "COUNT", count, "BLOCK", max(1, patience.milliseconds), "STREAMS", keys.events, cursor.description,
            timeout: patience + .seconds(5)
        )
        var batch = Batch()
        guard case .array(let streams) = reply, let stream = streams.first else { return batch }
        let items = try stream.array[1].array
        batch.entries.reserveCapacity(items.count)
        for item in items {
            guard case .array(let parts) = item, let position = LogPosition(parsing: try parts[0].bytes) else {
                continue
            }
            batch.last = position
            batch.count += 1
            guard case .array(let fields) = parts[1] else { continue }
            if let entry = LogEntry(position: position, fields: FieldPairs(fields: fields)) {
                batch.entries.append(entry)
            } else {
                batch.foreign += 1
            }
        }
        return batch
    }

    struct Batch {
        var entries: [LogEntry] = []
        /// How many stream entries were read, those that nobody understands included.
        var count = 0
        /// Entries that the library did not write.
        var foreign = 0
        var last: LogPosition?
    }
}

/// The fields of a stream entry by name and value, read in place.
private struct FieldPairs: Sequence, IteratorProtocol {
    let fields: [RedisReply]
    private var index = 0

    init(fields: [RedisReply]) {
        self.fields = fields
    }

    mutating func next() -> (name: [UInt8], value: [UInt8])? {
        guard index + 1 < fields.count, case .bulk(let name) = fields[index], case .bulk(let value) = fields[index + 1]
        else { return nil }
        index += 2
        return (name, value)
    }
}
