import SentinelCore
package import SentinelEngine

extension APIOperations {
    package func tokens() async throws -> [Token] {
        let answer = try await json("GET", "/v1/tokens")
        return try Self.read(answer) { $0.items }.compactMap(Token.init(object:))
    }

    package func addToken(
        _ role: Role, name: String, for duration: Duration?, by: String, note: String?
    ) async throws -> NewToken {
        let answer = try await json(
            "POST", "/v1/tokens", [],
            .object([
                .init("role", .string(role.rawValue)), .init("name", .string(name)),
                .init("duration_ms", duration.map { .int($0.milliseconds) } ?? .null), .init("note", Self.text(note)),
            ]))
        return try Self.read(answer, NewToken.init(object:))
    }

    package func removeToken(_ id: String, by: String, note: String?) async throws -> Bool {
        try await json("DELETE", "/v1/tokens/\(Self.encoded(id))", [("note", note)]) != nil
    }
}
