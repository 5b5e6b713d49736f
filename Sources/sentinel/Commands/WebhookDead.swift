import SentinelEngine

/// Lists alerts that a receiver would not take.
struct WebhookDead: Command {
    static let name = "webhook dead"
    static let abstract = "List alerts that a receiver would not take"
    static let discussion = """
        The newest 1000 are kept. 'webhook resend' sends them once more.
        """
    static let examples = [
        Example("What was not taken, and why", "sentinel webhook dead"),
        Example("With the alerts themselves", "sentinel webhook dead -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("limit", "l", \.limit, .int(1...1000), "at most so many")
    ]

    var limit = 100

    func run(_ context: Context) async throws -> ExitCode {
        let letters = try await context.withOperations { try await $0.deadLetters(limit: limit) }
        try context.output.list(letters, Self.columns, empty: "No dead letters.")
        return .ok
    }

    private static let columns: [Column<DeadLetter>] = [
        Column("id", clips: false) { .string($0.id) },
        Column("at") { .time($0.at) },
        Column("webhook", clips: false) { .string($0.webhook) },
        Column("seq", absent: "") { .optional($0.alert?.number) { .int($0) } },
        Column("rule", absent: "") { .optional($0.alert?.rule, Value.string) },
        Column("subject", absent: "") { .optional($0.alert?.subject, Value.string) },
        Column("error") { .string($0.error) },
        Column("alert", isListed: false) { .optional($0.alert?.json) { .json($0) } },
    ]
}
