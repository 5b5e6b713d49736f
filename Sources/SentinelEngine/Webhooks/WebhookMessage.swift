import SentinelCore
import SentinelIO

/// An alert as a receiver gets it.
struct WebhookMessage {
    /// The same however often it is sent: receivers know by it what they have had.
    let id: String
    let body: [UInt8]

    /// Characters of a description, and of all else that somebody chose, in a message for people.
    private static let mostText = 400

    init(_ alert: Alert, as form: Webhook.Form) {
        id = "alert-\(alert.number)-\(alert.at)"
        switch form {
        case .json:
            body = JSONWriter.bytes(
                .object([
                    .init("type", .string("sentinel.alert")),
                    .init("timestamp", .string(Timestamp(milliseconds: alert.at).iso8601)),
                    .init("data", alert.json),
                ]))
        case .slack:
            body = JSONWriter.bytes(.object([.init("text", .string(Self.escapedForSlack(Self.sentence(alert, "*"))))]))
        case .discord:
            body = JSONWriter.bytes(
                .object([
                    .init("content", .string(Self.sentence(alert, "**"))),
                    // Nobody is called by what somebody chose as his name.
                    .init("allowed_mentions", .object([.init("parse", .array([]))])),
                ]))
        }
    }

    /// - Parameter seconds: now, since 1970.
    func request(to webhook: Webhook, seconds: Int64) -> HTTPClient.Request {
        var headers = [
            (name: "Content-Type", value: "application/json"), (name: "User-Agent", value: "sentinel-webhook/1"),
        ]
        if webhook.card.form == .json {
            headers += [
                (name: "webhook-id", value: id), (name: "webhook-timestamp", value: String(seconds)),
                (
                    name: "webhook-signature",
                    value: webhook.secret.signature(id: id, seconds: seconds, body: body)
                ),
            ]
        }
        return HTTPClient.Request("POST", webhook.address.target, headers: headers, body: body)
    }

    /// *high* duplicate_content: `user:ada`, `3 users post variants of one text`, blocked until …, ref b0-1
    private static func sentence(_ alert: Alert, _ bold: String) -> String {
        let severity = ["low", "medium", "high", "critical"][alert.severity.rawValue - 1]
        var text = "\(bold)\(severity)\(bold) \(plain(alert.rule)): \(code(alert.subject)) \(code(alert.description))"
        if let ref = alert.ref {
            let until = alert.blockedUntil.map { "until \(Timestamp(milliseconds: $0).iso8601)" } ?? "for good"
            text += " blocked \(until), ref \(plain(ref))"
        }
        return text + (alert.incident.isEmpty ? "" : " (\(plain(alert.incident)))")
    }

    /// What somebody chose, so that nothing in it is read as a link, a mention or markup.
    private static func code(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(mostText).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: " "
            default: scalar == "`" ? "'" : scalar
            }
        }
        var inner = String.UnicodeScalarView(scalars)
        if inner.isEmpty { inner.append(" ") }
        return "`\(String(inner))`"
    }

    /// Words of ours: letters, digits and `_.-`; anything else is left out.
    private static func plain(_ text: String) -> String {
        text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    }

    /// <https://docs.slack.dev/messaging/formatting-message-text#escaping>
    private static func escapedForSlack(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
