import SentinelCore
import SentinelEngine

/// Sends alerts to an address.
struct WebhookAdd: Command {
    static let name = "webhook add"
    static let abstract = "Send alerts to a URL"
    static let discussion = """
        Every alert from now on is sent at least once and in order; while the receiver is away they wait. The form json is the published alert, signed as Standard Webhooks are (webhook-id, webhook-timestamp, webhook-signature); its secret is shown once. The URL is not shown again: those of Slack and Discord are secrets themselves. 'alert test' sends a try.
        """
    static let examples = [
        Example("Into a channel of Slack", "sentinel webhook add https://hooks.slack.com/services/… --form slack"),
        Example(
            "To a program, only the worst of one module",
            "sentinel webhook add http://127.0.0.1:9000 -s high --module spam"),
        Example("Without the URL in the shell's history", "sentinel webhook add - --form discord < url.txt"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("form", nil, \.form, .choice("form"), "json, slack or discord"),
        .option("name", nil, \.title, .string("name"), "what it is, for lists (default: the host)"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .options("module", nil, \.modules, .choice("module"), "only of this module; may be given several times"),
        .note(\.note),
        .by(\.by),
        .argument("url", \.url, .string("url"), "https://… or http://…; - reads it from stdin"),
    ]

    var url = ""
    var form = Webhook.Form.json
    var title: String?
    var severity = SeverityName.low
    var modules: [Alert.Module] = []
    var note: String?
    var by: String?

    private static let columns: [Column<NewWebhook>] = [
        Column("id", clips: false) { .string($0.id) },
        Column("secret", clips: false) { .string($0.secret) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let text = url == "-" ? readLine(strippingNewline: true) ?? "" : url
        let address: WebhookAddress
        do throws(WebhookAddress.Invalid) { address = try WebhookAddress(parsing: text) } catch {
            throw Failure(.usage, error.description)
        }
        let webhook = try await context.withOperations {
            try await $0.addWebhook(
                address, form: form, name: title ?? address.host, severity: severity.severity,
                modules: modules.map(\.rawValue), by: context.admin(by), note: note)
        }
        guard context.output.format == .human else {
            try context.output.one(webhook, Self.columns)
            return .ok
        }
        try context.output.line(form == .json ? webhook.secret : webhook.id, .strong)
        try context.output.flush()
        context.notice(
            form == .json
                ? "webhook \(webhook.id): this is the only time that its secret is shown; 'alert test' sends a try"
                : "'alert test' sends a try, 'webhook rm \(webhook.id)' ends it")
        return .ok
    }
}
