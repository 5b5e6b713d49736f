import SentinelCore
import SentinelEngine
import SentinelRedis

extension Policy {
    /// The built-in one with limits that nobody reaches.
    static var roomy: Policy {
        var policy = Policy.standard
        for rule in policy.rules.indices {
            policy.rules[rule].watches = policy.rules[rule].watches.map { watch in
                guard case .count(var count) = watch else { return watch }
                count.limit = 1_000_000
                return .count(count)
            }
        }
        return policy
    }
}

extension Event {
    /// Content by one of 200 users, each at an address that it shares with three.
    static func usual(_ number: Int) -> Event {
        Event(
            kind: "content", user: Array("u\(number % 200)".utf8), ip: Array("10.0.0.\(number % 50)".utf8),
            text: Array("a text of a usual length, such as people write to each other all day long".utf8))
    }
}

extension Calls {
    /// Asks about an event without counting it.
    func appendCheck(_ event: Event, to pipeline: inout RedisPipeline) {
        var fields: [[UInt8]] = []
        event.appendFields(to: &fields, withTime: false)
        pipeline.append("FCALL_RO", ["sentinel_check", "1", keys.prefix] + fields)
    }
}
