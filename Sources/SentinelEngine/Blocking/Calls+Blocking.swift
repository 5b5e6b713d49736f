package import SentinelCore
package import SentinelRedis

/// What became of a `block`.
package struct BlockChange: Sendable, Equatable {
    /// As Redis made it canonical.
    package var subject: Subject
    /// False: there was one already, which it took the place of.
    package var isNew: Bool
    /// The block's short id.
    package var ref: String
    /// Ms since 1970; nil is permanent.
    package var until: Int64?
}

/// How a block is to be changed; what is nil stays as it was.
package struct BlockEdit: Sendable, Equatable {
    package enum Term: Sendable, Equatable {
        /// From now on, 1 ms to ten years.
        case limited(Duration)
        case permanent
    }

    package var term: Term?
    package var action: Block.Action?
    package var reason: Block.Reason?
    package var note: String?

    package init() {}
}

/// What became of an `allow`.
package struct ExemptionChange: Sendable, Equatable {
    /// As Redis made it canonical.
    package var subject: Subject
    /// Ms since 1970; nil is permanent.
    package var until: Int64?
    /// Whether a block stood and was lifted.
    package var liftedBlock: Bool
}

extension Calls {
    /// Blocks a subject by hand, in place of any block that stands.
    /// - Parameters:
    ///   - duration: 1 ms to ten years; nil is permanent.
    ///   - by: `admin:<name>`.
    /// Throws `ALLOWED` for a subject on the allow list, and `BADARG`.
    package func block(
        _ subject: Subject, for duration: Duration?, action: Block.Action, reason: Block.Reason, by: String,
        note: String?
    ) async throws(RedisError) -> BlockChange {
        var arguments: [any RedisArgument] = [
            "subject", subject.bytes, "action", action.rawValue, "reason", reason.rawValue, "by", by,
        ]
        if let duration { arguments += ["duration", duration.milliseconds] as [any RedisArgument] }
        if let note { arguments += ["note", note] as [any RedisArgument] }
        let reply = try await call("sentinel_block", arguments)
        return BlockChange(
            subject: try Self.subject(reply["subject"]) ?? subject,
            isNew: try reply["change"]?.string != "changed",
            ref: try reply["ref"]?.string ?? "",
            until: try Self.end(reply["until"])
        )
    }

    /// Changes the block of a subject; what is nil stays as it was. Nil if there is no block.
    package func changeBlock(
        _ subject: Subject, _ change: BlockEdit, by: String
    ) async throws(RedisError) -> BlockChange? {
        var arguments: [any RedisArgument] = ["subject", subject.bytes, "keep", 1, "by", by]
        if let action = change.action { arguments += ["action", action.rawValue] as [any RedisArgument] }
        if let reason = change.reason { arguments += ["reason", reason.rawValue] as [any RedisArgument] }
        if let note = change.note { arguments += ["note", note] as [any RedisArgument] }
        switch change.term {
        case .limited(let duration)?: arguments += ["duration", duration.milliseconds] as [any RedisArgument]
        case .permanent?: arguments += ["duration", "permanent"] as [any RedisArgument]
        case nil: break
        }
        let reply = try await call("sentinel_block", arguments)
        if try reply["change"]?.string == "none" { return nil }
        return BlockChange(
            subject: try Self.subject(reply["subject"]) ?? subject, isNew: false,
            ref: try reply["ref"]?.string ?? "", until: try Self.end(reply["until"]))
    }

    /// Lifts a block, so that the same evidence does not bring it back. False if there was none.
    package func unblock(_ subject: Subject, by: String, note: String?) async throws(RedisError) -> Bool {
        try await call("sentinel_unblock", Self.arguments(subject, by, note))["lifted"]?.int == 1
    }

    /// Puts a subject on the allow list and lifts its block.
    /// - Parameter duration: 1 ms to ten years; nil is permanent.
    package func allow(
        _ subject: Subject, for duration: Duration?, by: String, note: String?
    ) async throws(RedisError) -> ExemptionChange {
        var arguments = Self.arguments(subject, by, note)
        if let duration { arguments += ["duration", duration.milliseconds] as [any RedisArgument] }
        let reply = try await call("sentinel_allow", arguments)
        return ExemptionChange(
            subject: try Self.subject(reply["subject"]) ?? subject,
            until: try Self.end(reply["until"]),
            liftedBlock: try reply["lifted"]?.int == 1
        )
    }

    /// Takes a subject off the allow list. False if it was not on it.
    package func disallow(_ subject: Subject, by: String, note: String?) async throws(RedisError) -> Bool {
        try await call("sentinel_disallow", Self.arguments(subject, by, note))["removed"]?.int == 1
    }

    private static func arguments(_ subject: Subject, _ by: String, _ note: String?) -> [any RedisArgument] {
        var arguments: [any RedisArgument] = ["subject", subject.bytes, "by", by]
        if let note { arguments += ["note", note] as [any RedisArgument] }
        return arguments
    }

    private static func subject(_ reply: RedisReply?) throws(RedisError) -> Subject? {
        guard let bytes = try reply?.bytes else { return nil }
        return try? Subject(parsing: bytes)
    }

    /// `until <ms>|permanent`
    private static func end(_ reply: RedisReply?) throws(RedisError) -> Int64? {
        guard let reply, try reply.string != "permanent" else { return nil }
        return try reply.int
    }
}
