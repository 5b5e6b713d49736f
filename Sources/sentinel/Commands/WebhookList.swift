import SentinelEngine

/// Lists who gets alerts, and how far each has got.
struct WebhookList: Command {
    static let name = "webhook ls"
    static let abstract = "List who gets alerts"
    static let examples = [
        Example("Who gets them, and who fails", "sentinel webhook ls"),
        Example("For a script", "sentinel webhook ls -o json"),
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let rows = try await context.withOperations { try await $0.webhookOverview() }
        try context.output.list(rows, Self.columns, empty: "No webhooks.")
        return .ok
    }

    private static let columns: [Column<WebhookOverview>] = [
        Column("id", clips: false) { .string($0.webhook.id) },
        Column("name") { .string($0.webhook.name) },
        Column("form") { .string($0.webhook.form.rawValue) },
        Column("place") { .string($0.webhook.place) },
        Column("severity") { .string(SeverityName($0.webhook.severity).rawValue) },
        Column("modules", absent: "all") { $0.webhook.modules.isEmpty ? .null : .list($0.webhook.modules) },
        Column("delivered") { .int($0.state.delivered) },
        Column("waiting") { .int($0.waiting) },
        Column("dead") { .int($0.state.dead) },
        Column("lost", isListed: false) { .int($0.state.lost) },
        Column("failing_since", "failing", absent: "", tone: { _ in .bad }) {
            .optional($0.state.failingSince, Value.time)
        },
        Column("error", absent: "", tone: { _ in .bad }) { .optional($0.state.error, Value.string) },
        Column("by", isListed: false) { .string($0.webhook.by) },
        Column("created", isListed: false) { .time($0.webhook.created) },
    ]
}
