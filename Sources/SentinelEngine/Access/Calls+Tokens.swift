import SentinelCore
package import SentinelRedis

/// A token that was just made.
package struct NewToken: Sendable, Equatable {
    package var id: String
    /// The token itself. Nothing keeps it: it is shown now, or never.
    package var secret: String
    /// Ms since 1970; nil: it does not end.
    package var until: Int64?
}

extension Calls {
    /// Makes a token; Redis gets its hash.
    /// - Parameters:
    ///   - name: whom or what it is for, 1 to 64 bytes; the audit log names its owner so.
    ///   - duration: 1 ms to ten years; nil: it does not end.
    package func addToken(
        _ role: Role, name: String, for duration: Duration?, by: String, note: String?
    ) async throws(RedisError) -> NewToken {
        let secret = Token.Secret()
        var arguments: [any RedisArgument] = [
            "id", secret.id, "role", role.rawValue, "hash", secret.hashHex, "name", name, "by", by,
        ]
        if let duration { arguments += ["duration", duration.milliseconds] as [any RedisArgument] }
        if let note { arguments += ["note", note] as [any RedisArgument] }
        let reply = try await call("sentinel_token_add", arguments)
        return NewToken(id: secret.id, secret: secret.text, until: Int64(try reply["until"]?.string ?? ""))
    }

    /// Takes a token away. False if there is none of that id.
    package func removeToken(_ id: String, by: String, note: String?) async throws(RedisError) -> Bool {
        var arguments: [any RedisArgument] = ["id", id, "by", by]
        if let note { arguments += ["note", note] as [any RedisArgument] }
        return try await call("sentinel_token_remove", arguments)["removed"]?.int == 1
    }

    /// All tokens, the newest first. What is none is left out of the list, and told by `hasForeign`: it still closes the
    /// door.
    package func tokens() async throws(RedisError) -> (tokens: [Token], hasForeign: Bool) {
        var tokens: [Token] = []
        let pairs = try await client.call("HGETALL", keys.tokens).pairs
        for (id, json) in pairs {
            if let token = Token(id: id, json: try json.bytes) { tokens.append(token) }
        }
        return (tokens.sorted { ($0.created, $0.id) > ($1.created, $1.id) }, tokens.count < pairs.count)
    }
}
