import SentinelCore
import SentinelRedis

extension RedisPipeline {
    /// One `sentinel_raise`: incident, alert and block in one call, which counts each log position once.
    mutating func appendRaise(_ flag: Flag, keys: Keys, epoch: Int64) {
        var arguments: [any RedisArgument] = [
            "sentinel_raise", "1", keys.prefix, "rule", flag.rule, "subject", flag.subject.bytes, "at", flag.at,
            "event", flag.positions[flag.positions.count - 1].description, "description", flag.description,
            "evidence", flag.evidence, "epoch", epoch,
        ]
        if flag.positions.count > 1 {
            let positions = flag.positions.map(\.description).joined(separator: ",")
            arguments.append(contentsOf: ["events", positions] as [any RedisArgument])
        }
        if let severity = flag.severity {
            arguments.append(contentsOf: ["severity", severity.rawValue] as [any RedisArgument])
        }
        if let user = flag.user { arguments.append(contentsOf: ["user", user] as [any RedisArgument]) }
        if let ip = flag.ip { arguments.append(contentsOf: ["ip", ip] as [any RedisArgument]) }
        append("FCALL", arguments)
    }
}
