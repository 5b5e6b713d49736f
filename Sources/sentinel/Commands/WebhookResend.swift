import SentinelEngine

/// Sends dead letters once more.
struct WebhookResend: Command {
    static let name = "webhook resend"
    static let abstract = "Send dead letters once more"
    static let discussion = """
        To the webhook that they were for. What it refuses again comes back to the list. Ends with 4 if a letter, or its webhook, is gone.
        """
    static let examples = [
        Example("All of them, now that the receiver works", "sentinel webhook resend all"),
        Example("One", "sentinel webhook resend 1763740800000-0"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .arguments("letter", \.letters, .string("id"), "as webhook dead shows it; all for all"),
    ]

    var letters: [String] = []
    var note: String?
    var by: String?

    private static let columns: [Column<(resent: Int64, gone: Int64)>] = [
        Column("resent") { .int($0.resent) },
        Column("gone") { .int($0.gone) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let result: (resent: Int64, gone: Int64) = try await context.withOperations { operations in
            let ids =
                letters == ["all"]
                ? try await operations.deadLetters(limit: 1000).map(\.id) : letters
            if ids.isEmpty { return (0, 0) }
            return try await operations.resend(ids, by: context.admin(by), note: note)
        }
        if context.output.format == .human {
            try context.output.say("\(result.resent) will be sent")
            try context.output.flush()
            if result.gone > 0 { context.notice("\(result.gone) are gone, or their webhook is") }
        } else {
            try context.output.one(result, Self.columns)
        }
        return result.gone == 0 ? .ok : .notFound
    }
}
