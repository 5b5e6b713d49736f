import SentinelCore
import SentinelRedis

/// Whether a subject is kept out, or always let in, whatever name that goes by.
struct Reach: Sendable {
    /// The block that keeps it out: its own, or that of a network around it.
    var block: Standing<Block>?
    /// On the allow list.
    var isExempt = false
}

extension Calls {
    /// Every name by which a block may reach a subject: itself, and the networks around an address.
    static func names(reaching subject: Subject, _ policy: Policy) -> [Subject] {
        guard subject.type == "ip", let address = try? IPAddress(parsing: subject.id) else { return [subject] }
        let lengths = address.family == .v4 ? policy.networks4 : policy.networks6 + [policy.subjectPrefix6]
        return [subject] + Set(lengths).sorted(by: >).map { Subject(of: Network(masking: address, length: $0)) }
    }

    /// Commands that ask for the reach of these names, three for each.
    func appendReach(of names: [Subject], to pipeline: inout RedisPipeline) {
        for name in names {
            pipeline.append("GET", keys.block(name))
            pipeline.append("PTTL", keys.block(name))
            pipeline.append("EXISTS", keys.allow(name))
        }
    }

    /// Reads the replies to `appendReach`.
    static func reach(of names: [Subject], _ replies: ArraySlice<RedisReply>) throws(RedisError) -> Reach {
        var reach = Reach()
        for (place, name) in names.enumerated() {
            let first = replies.startIndex + 3 * place
            let json = try replies[first].orThrow()
            let left = try replies[first + 1].int
            if reach.block == nil, left != -2, case .bulk(let bytes) = json {
                reach.block = Standing(
                    value: Block(name, json: bytes) ?? Block(unknown: name),
                    remaining: left < 0 ? nil : .milliseconds(left))
            }
            if try replies[first + 2].int == 1 { reach.isExempt = true }
        }
        return reach
    }
}
