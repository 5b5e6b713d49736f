import SentinelCore
import SentinelRedis

@testable import SentinelEngine

/// What Redis holds when all is done, read from the keys that users see and those that count.
struct Outcome {
    struct Alert {
        var incident: KnownAbuse.Incident
        var change: String
    }

    /// In the order of the stream.
    private(set) var alerts: [Alert] = []
    private(set) var sequence: [Int64] = []
    private(set) var incidents: [KnownAbuse.Incident: [Int]] = [:]
    /// Block keys, and until when.
    private(set) var blocks: [String: Int64] = [:]
    /// The days' counters, summed.
    private(set) var statistics: [String: Int64] = [:]
    private(set) var logged: Int64 = 0
    private(set) var read: Int64 = 0
    private(set) var isAtEnd = false

    init(_ calls: Calls) async throws {
        try await readAlerts(calls)
        try await readIncidents(calls)
        try await readKeys(calls)
        let progress = try await Progress(calls)
        logged = progress.logged
        read = progress.read
        isAtEnd = progress.cursor == progress.last
    }

    private mutating func readAlerts(_ calls: Calls) async throws {
        for entry in try await calls.client.call("XRANGE", calls.keys.alertsLog, "-", "+").array {
            let fields = try entry.array[1].pairs
            let json = try JSONReader.read(fields.first { $0.field == "alert" }?.value.bytes ?? [])
            let written = try fields.first { $0.field == "seq" }?.value.int
            let inside = json["seq"]?.integer
            sequence.append(written == inside ? written ?? -1 : -1)
            alerts.append(
                Alert(
                    incident: .init(rule: json["rule"]?.text ?? "", subject: json["subject"]?.text ?? ""),
                    change: json["change"]?.text ?? ""))
        }
    }

    private mutating func readIncidents(_ calls: Calls) async throws {
        let ids = try await calls.client.call("ZRANGE", calls.keys.incidents, 0, -1).array
        var pipeline = RedisPipeline()
        for id in ids {
            pipeline.append("HMGET", calls.keys.incident(try id.string), "rule", "subject", "count")
        }
        for reply in try await calls.client.send(pipeline) {
            let fields = try reply.orThrow().array
            let key = KnownAbuse.Incident(rule: try fields[0].string, subject: try fields[1].string)
            incidents[key, default: []].append(Int(try fields[2].int))
        }
    }

    private mutating func readKeys(_ calls: Calls) async throws {
        let head = "\(calls.keys.namespace):block:"
        for key in try await calls.client.call("KEYS", head + "*").array {
            let json = try JSONReader.read(try await calls.client.call("GET", try key.bytes).bytes)
            blocks[String(try key.string.dropFirst(head.count))] = json["until"]?.integer
        }
        for key in try await calls.client.call("KEYS", "\(calls.keys.prefix):stats:*").array {
            for (field, value) in try await calls.client.call("HGETALL", try key.bytes).pairs {
                statistics[field, default: 0] += try value.int
            }
        }
    }
}

/// How far a partition's log is written and read.
struct Progress {
    var logged: Int64 = 0
    var read: Int64 = 0
    var last: LogPosition?
    var cursor: LogPosition?

    init(_ calls: Calls) async throws(RedisError) {
        for (field, value) in try await calls.client.call("XINFO", "STREAM", calls.keys.events).pairs {
            if field == "entries-added" { logged = try value.int }
            if field == "last-generated-id" { last = LogPosition(parsing: try value.bytes) }
        }
        guard let group = try await calls.client.call("XINFO", "GROUPS", calls.keys.events).array.first else { return }
        for (field, value) in try group.pairs {
            if field == "entries-read", !value.isNull { read = try value.int }
            if field == "last-delivered-id" { cursor = LogPosition(parsing: try value.bytes) }
        }
    }
}
