import SentinelCore
import SentinelRedis

/// How a replay learns what was found.
///
/// A recording of years runs by in seconds, and incidents older than the policy's retention are gone from the lists
/// before it ends. So alerts are read while they come: one goes out whenever an incident opens and a block begins.
extension Replayer {
    private static var page: Int { 500 }

    /// Skips the alerts that were there before.
    func skipAlerts() async throws(RedisError) {
        let newest = try await calls.client.call("XREVRANGE", calls.keys.alertsLog, "+", "-", "COUNT", 1).array
        if let newest = newest.first { lastAlert = try Self.position(of: newest) }
    }

    /// Takes in the alerts since the last time.
    func readAlerts() async throws(RedisError) {
        countedAlerts = tally.total
        while true {
            let entries = try await calls.client.call(
                "XRANGE", calls.keys.alertsLog, "(\(lastAlert)", "+", "COUNT", Self.page
            ).array
            for entry in entries {
                lastAlert = try Self.position(of: entry)
                for (field, value) in try entry.array[1].pairs where field == "alert" {
                    findings.note(alert: try value.bytes)
                }
            }
            if entries.count < Self.page { return }
        }
    }

    /// Takes in the incidents that stand in the namespace: in a live one they may have stood before the replay, and have
    /// grown without an alert.
    func readIncidents() async throws(RedisError) {
        var start = 0
        while true {
            let ids = try await calls.client.call("ZRANGE", calls.keys.incidents, start, start + Self.page - 1).array
            guard !ids.isEmpty else { return }
            let names = try ids.map { (reply) throws(RedisError) in try reply.string }
            let replies = try await calls.send { pipeline in
                for id in names { pipeline.append("HMGET", calls.keys.incident(id), "subject", "rule", "blocked") }
            }
            for reply in replies {
                let fields = try reply.orThrow().array
                guard fields.count == 3, !fields[0].isNull else { continue }
                findings.note(try fields[0].bytes, rule: try fields[1].string, isBlocked: !fields[2].isNull)
            }
            start += Self.page
        }
    }

    private static func position(of entry: RedisReply) throws(RedisError) -> LogPosition {
        LogPosition(parsing: try entry.array[0].bytes) ?? .start
    }
}
