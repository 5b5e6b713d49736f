package import SentinelCore

/// A receiver of alerts over HTTP: what may be shown of it.
package struct WebhookCard: Sendable, Equatable {
    package var id: String
    package var name: String
    package var form: Webhook.Form
    /// Scheme and host of the address: `https://hooks.slack.com`.
    package var place: String
    /// Alerts of less are not sent.
    package var severity: Rule.Severity
    /// Only of these modules; empty for all.
    package var modules: [String]
    package var by: String
    /// Ms since 1970.
    package var created: Int64
}

/// A receiver of alerts over HTTP, as Redis keeps it. What must not be shown again, the address and the secret, stays in
/// here.
package struct Webhook: Sendable, Equatable {
    /// What a receiver understands.
    package enum Form: String, Sendable, CaseIterable {
        /// The published alert, signed (``WebhookSecret``).
        case json
        /// `{"text": …}`: Slack, Mattermost, Rocket.Chat. <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>
        case slack
        /// `{"content": …}`. <https://discord.com/developers/docs/resources/webhook#execute-webhook>
        case discord
    }

    package var card: WebhookCard
    let address: WebhookAddress
    let secret: WebhookSecret

    /// Reads the JSON of a webhook; nil for anything else.
    init?(id: String, json: [UInt8]) {
        guard let value = try? JSONReader.read(json), let form = value["form"]?.text.flatMap(Form.init(rawValue:)),
            let url = value["url"]?.text, let address = try? WebhookAddress(parsing: url),
            let secret = value["secret"]?.text.flatMap(WebhookSecret.init(parsing:))
        else { return nil }
        self.address = address
        self.secret = secret
        let severity = value["severity"]?.integer.flatMap { Rule.Severity(rawValue: Int(truncatingIfNeeded: $0)) }
        card = WebhookCard(
            id: id, name: value["name"]?.text ?? "", form: form, place: value["place"]?.text ?? "",
            severity: severity ?? .low, modules: (value["modules"]?.items ?? []).compactMap(\.text),
            by: value["by"]?.text ?? "", created: value["created"]?.integer ?? 0)
    }

    /// Whether it wants that alert. Test alerts go to everybody.
    func wants(_ alert: Alert) -> Bool {
        if alert.change == Alert.test { return true }
        return AlertFilter(severity: card.severity, modules: Set(card.modules)).accepts(alert)
    }
}

/// How far a webhook has got.
package struct WebhookState: Sendable, Equatable {
    /// The place in the log of alerts up to which it is done, and the number of the alert there.
    package var cursor: String
    package var number: Int64
    package var delivered: Int64
    /// How many its receiver would not take, and how many were gone from the log before it came back.
    package var dead: Int64
    package var lost: Int64
    /// Since when it fails, ms since 1970, and how; nil while it works.
    package var failingSince: Int64?
    package var error: String?

    init(_ fields: [String: String]) {
        func count(_ name: String) -> Int64 { fields[name].flatMap { Int64($0) } ?? 0 }
        cursor = fields["cursor"] ?? AlertLog.start
        number = count("seq")
        delivered = count("delivered")
        dead = count("dead")
        lost = count("lost")
        failingSince = fields["failing"].flatMap { Int64($0) }
        error = fields["error"]
    }
}

/// A webhook with what came of it.
package struct WebhookOverview: Sendable, Equatable {
    package var webhook: WebhookCard
    package var state: WebhookState
    /// Alerts in the log that it has not got yet, those that it does not want included.
    package var waiting: Int64
}

/// An alert that a receiver would not take.
package struct DeadLetter: Sendable, Equatable {
    package var id: String
    /// The id of the webhook.
    package var webhook: String
    /// Ms since 1970.
    package var at: Int64
    package var error: String
    /// Nil if it is none.
    package var alert: Alert?
}
