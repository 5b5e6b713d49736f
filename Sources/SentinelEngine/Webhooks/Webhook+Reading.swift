package import SentinelCore

extension WebhookOverview {
    /// What the API tells of a webhook. It names no place in the log.
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let form = object["form"]?.text.flatMap(Webhook.Form.init(rawValue:)) else {
            return nil
        }
        webhook = WebhookCard(
            id: id, name: object["name"]?.text ?? "", form: form, place: object["place"]?.text ?? "",
            severity: object["severity"]?.text.flatMap(Rule.Severity.init(named:)) ?? .low,
            modules: (object["modules"]?.items ?? []).compactMap(\.text), by: object["by"]?.text ?? "",
            created: object["created"]?.instant ?? 0)
        state = WebhookState([:])
        state.number = object["seq"]?.integer ?? 0
        state.delivered = object["delivered"]?.integer ?? 0
        state.dead = object["dead"]?.integer ?? 0
        state.lost = object["lost"]?.integer ?? 0
        state.failingSince = object["failing_since"]?.instant
        state.error = object["error"]?.text
        waiting = object["waiting"]?.integer ?? 0
    }
}

extension NewWebhook {
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let secret = object["secret"]?.text else { return nil }
        self.init(id: id, secret: secret)
    }
}

extension DeadLetter {
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text else { return nil }
        self.init(
            id: id, webhook: object["webhook"]?.text ?? "", at: object["at"]?.instant ?? 0,
            error: object["error"]?.text ?? "",
            alert: object["alert"].flatMap { $0 == .null ? nil : Alert(json: JSONWriter.bytes($0)) })
    }
}
