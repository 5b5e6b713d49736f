import SentinelEngine

/// Ends webhooks.
struct WebhookRemove: Command {
    static let name = "webhook rm"
    static let abstract = "Send alerts there no longer"
    static let discussion = """
        What waits for it is not sent any more; its dead letters stay. Ends with 4 if there is no such webhook.
        """
    static let examples = [
        Example("The channel is gone", "sentinel webhook rm w3f9a0c1d2e4b5a --note 'channel closed'"),
        Example("Two at once", "sentinel webhook rm w3f9a0c1d2e4b5a w0011223344556a"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .arguments("id", \.ids, .string("id"), "as webhook ls shows it"),
    ]

    var ids: [String] = []
    var note: String?
    var by: String?

    func run(_ context: Context) async throws -> ExitCode {
        var removal = Removal<String>(
            columns: ("id", "removed"), name: \.self, done: { "removed \($0)" },
            notThere: { "there is no webhook \(quoted($0))" })
        var code = ExitCode.ok
        try await context.withOperations { operations in
            for id in ids {
                let isDone = try await operations.removeWebhook(id, by: context.admin(by), note: note)
                if try removal.tell(id, isDone: isDone, context) != .ok { code = .notFound }
            }
        }
        try removal.list(context)
        return code
    }
}
