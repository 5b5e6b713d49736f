import SentinelCore
import SentinelEngine

/// Lists the tokens of the HTTP API.
struct TokenList: Command {
    static let name = "token ls"
    static let abstract = "List the tokens of the HTTP API"
    static let examples = [
        Example("Who may come in", "sentinel token ls"),
        Example("For a script that looks for old ones", "sentinel token ls -o json"),
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let tokens = try await context.withOperations { try await $0.tokens() }
        try context.output.list(tokens, Self.columns(now: context.now), empty: "No tokens.")
        return .ok
    }

    private static func columns(now: Int64) -> [Column<Token>] {
        [
            Column("id", clips: false) { .string($0.id) },
            Column("role") { .string($0.role.rawValue) },
            Column("name") { .string($0.name) },
            Column("by") { .string($0.by) },
            Column("created") { .time($0.created) },
            Column("until", absent: "never", tone: { ($0.until ?? .max) > now ? .plain : .bad }) {
                .optional($0.until, Value.time)
            },
            Column("expired", isListed: false) { .bool(($0.until ?? .max) <= now) },
        ]
    }
}
