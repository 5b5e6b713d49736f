import SentinelEngine

/// Takes tokens of the HTTP API away.
struct TokenRemove: Command {
    static let name = "token rm"
    static let abstract = "Take tokens of the HTTP API away"
    static let discussion = """
        Every API stops to take them within two seconds. Ends with 4 if there is no such token.
        """
    static let examples = [
        Example("Carol has left", "sentinel token rm t3f9a0c1d2e4b5 --note 'has left'"),
        Example("Two at once", "sentinel token rm t3f9a0c1d2e4b5 t0011223344556"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .arguments("id", \.ids, .string("id"), "as token ls shows it"),
    ]

    var ids: [String] = []
    var note: String?
    var by: String?

    func run(_ context: Context) async throws -> ExitCode {
        var removal = Removal<String>(
            columns: ("id", "removed"), name: \.self, done: { "removed \($0)" },
            notThere: { "there is no token \(quoted($0))" })
        var code = ExitCode.ok
        try await context.withOperations { operations in
            for id in ids {
                let isDone = try await operations.removeToken(id, by: context.admin(by), note: note)
                if try removal.tell(id, isDone: isDone, context) != .ok { code = .notFound }
            }
        }
        try removal.list(context)
        return code
    }
}
