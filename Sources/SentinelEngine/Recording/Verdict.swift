package import SentinelCore
package import SentinelRedis

/// What Redis says of one event: the reply of `sentinel_record` and `sentinel_check`.
package struct Verdict: Sendable, Equatable {
    package enum Decision: String, Sendable {
        case allow, limit, block, challenge
    }

    package var decision: Decision
    /// The tightest limit (`allow`), the limit that refuses (`limit`), or the rule behind a block.
    package var rule: String?
    /// Events, or tokens, per window of that rule.
    package var limit: Int64?
    /// What is left of it: after this event, or for a check, before it.
    package var remaining: Int64?
    /// When to come back, in ms; -1 is never. Nil when not refused, or blocked for good.
    package var retryAfter: Int64?
    /// Rules that this event is over.
    package var flags: [String] = []
    /// The block's short id, which support can look up.
    package var ref: String?
    /// The blocked subject and the stated reason.
    package var subject: [UInt8]?
    package var reason: String?

    /// Reads the reply of `sentinel_record` or `sentinel_check`.
    package init(_ fields: [String: RedisReply]) throws(RedisError) {
        let word = try fields["verdict"]?.string ?? ""
        guard let decision = Decision(rawValue: word) else {
            throw RedisError(.unexpectedReply, "expected a verdict, the function library answered '\(word)'")
        }
        self.decision = decision
        rule = try fields["rule"]?.string
        limit = try fields["limit"]?.int
        remaining = try fields["remaining"]?.int
        retryAfter = try fields["retry_after_ms"]?.int
        flags = try fields["flags"]?.string.split(separator: ",").map(String.init) ?? []
        ref = try fields["ref"]?.string
        subject = try fields["subject"]?.bytes
        reason = try fields["reason"]?.string
    }
}

extension Calls {
    /// Counts, decides and logs one event.
    package func record(_ event: Event) async throws(RedisError) -> Verdict {
        try Verdict(await call("sentinel_record", Self.arguments(of: event)))
    }

    /// What `record` would answer, without counting.
    package func check(_ event: Event) async throws(RedisError) -> Verdict {
        let arguments = Self.arguments(of: event)
        // An empty kind asks for blocks alone.
        return try Verdict(
            await call("sentinel_check", readOnly: true, event.kind.isEmpty ? Array(arguments.dropFirst(2)) : arguments)
        )
    }

    static func arguments(of event: Event, withTime: Bool = false) -> [any RedisArgument] {
        var fields: [[UInt8]] = []
        event.appendFields(to: &fields, withTime: withTime)
        return fields
    }
}
