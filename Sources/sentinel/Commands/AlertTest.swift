import SentinelEngine
import SentinelIO

/// Publishes an alert about nothing, and says who got it.
struct AlertTest: Command {
    static let name = "alert test"
    static let abstract = "Publish an alert about nothing, and see who gets it"
    static let discussion = """
        It goes the way of every alert: channel, log, HTTP followers, webhooks. Webhooks get it whatever they filter. Waits until each has taken it, for --wait at most, and ends with 1 if one has not.
        """
    static let examples = [
        Example("Does everybody get alerts?", "sentinel alert test"),
        Example("One that passes filters of followers", "sentinel alert test --severity critical"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("severity", "s", \.severity, .choice("level"), "low, medium, high or critical"),
        .option("wait", nil, \.wait, .duration, "for webhooks, at most; up to 5m"),
        .by(\.by),
    ]

    var severity = SeverityName.low
    var wait = Duration.seconds(15)
    var by: String?

    private struct Row {
        let webhook: WebhookOverview
        let isTaken: Bool
    }

    private static let columns: [Column<Row>] = [
        Column("id", clips: false) { .string($0.webhook.webhook.id) },
        Column("name") { .string($0.webhook.webhook.name) },
        Column("place") { .string($0.webhook.webhook.place) },
        Column("taken", tone: { $0.isTaken ? .good : .bad }) { .bool($0.isTaken) },
        Column("error", absent: "", tone: { _ in .bad }) { .optional($0.webhook.state.error, Value.string) },
    ]

    func validate() throws(ValueProblem) {
        guard wait <= .seconds(300) else { throw ValueProblem("--wait is at most 5m") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        var rows: [Row] = []
        try await context.withOperations { operations in
            let before = try await operations.webhookOverview()
            let number = try await operations.testAlert(severity.severity, by: context.admin(by))
            context.notice("alert \(number) is published")
            let deadline = ContinuousClock.now + wait
            while true {
                let webhooks = try await operations.webhookOverview()
                rows = webhooks.map { webhook in
                    let dead = before.first { $0.webhook.id == webhook.webhook.id }?.state.dead ?? 0
                    return Row(
                        webhook: webhook, isTaken: webhook.state.number >= number && webhook.state.dead == dead)
                }
                let isOver = rows.allSatisfy { $0.webhook.state.number >= number }
                if isOver || ContinuousClock.now >= deadline { return }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        try context.output.list(rows, Self.columns, empty: "No webhooks; subscribers and followers got it.")
        return rows.allSatisfy(\.isTaken) ? .ok : .failure
    }
}
