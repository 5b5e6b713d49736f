import SentinelCore
package import SentinelRedis

/// Which subjects were flagged, by which rules, and which were blocked: what a replay is judged by.
package struct Findings: Sendable {
    /// By subject (`user:ada`, `ip:203.0.113.7`).
    package private(set) var flags: [[UInt8]: Set<String>] = [:]
    /// Subjects that were blocked at some time.
    package private(set) var blocked: Set<[UInt8]> = []

    /// Reads all incidents of the namespace, page by page.
    package init(reading calls: Calls) async throws(RedisError) {
        let page = 500
        var start = 0
        while true {
            let ids = try await calls.client.call("ZRANGE", calls.keys.incidents, start, start + page - 1).array
            guard !ids.isEmpty else { return }
            let names = try ids.map { (reply) throws(RedisError) in try reply.string }
            let replies = try await calls.send { pipeline in
                for id in names { pipeline.append("HMGET", calls.keys.incident(id), "subject", "rule", "blocked") }
            }
            for reply in replies {
                let fields = try reply.orThrow().array
                guard fields.count == 3, !fields[0].isNull else { continue }
                let subject = try fields[0].bytes
                flags[subject, default: []].insert(try fields[1].string)
                if !fields[2].isNull { blocked.insert(subject) }
            }
            start += page
        }
    }
}
