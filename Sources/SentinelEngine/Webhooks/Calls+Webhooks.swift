package import SentinelCore
package import SentinelRedis

/// A webhook that was just made.
package struct NewWebhook: Sendable, Equatable {
    package var id: String
    /// For the receiver to check signatures with. It is shown now, or never.
    package var secret: String
}

extension Calls {
    /// Alerts go to that address from now on.
    /// - Parameters:
    ///   - name: whom it is for, 1 to 64 bytes.
    ///   - severity: alerts of less are not sent.
    ///   - modules: only of these, at most 16; empty for all.
    package func addWebhook(
        _ address: WebhookAddress, form: Webhook.Form, name: String, severity: Rule.Severity, modules: [String],
        by: String, note: String?
    ) async throws(RedisError) -> NewWebhook {
        let secret = WebhookSecret()
        let id = "w" + Token.Secret.newId()
        var arguments: [any RedisArgument] = [
            "id", id, "name", name, "url", address.text, "form", form.rawValue, "secret", secret.text,
            "severity", Int64(severity.rawValue), "by", by,
        ]
        if !modules.isEmpty { arguments += ["modules", modules.joined(separator: ",")] as [any RedisArgument] }
        if let note { arguments += ["note", note] as [any RedisArgument] }
        _ = try await call("sentinel_webhook_add", arguments)
        return NewWebhook(id: id, secret: secret.text)
    }

    /// Takes a webhook away. False if there is none of that id.
    package func removeWebhook(_ id: String, by: String, note: String?) async throws(RedisError) -> Bool {
        var arguments: [any RedisArgument] = ["id", id, "by", by]
        if let note { arguments += ["note", note] as [any RedisArgument] }
        return try await call("sentinel_webhook_remove", arguments)["removed"]?.int == 1
    }

    /// All webhooks, the newest first. What is none is left out.
    package func webhooks() async throws(RedisError) -> [Webhook] {
        var webhooks: [Webhook] = []
        for (id, json) in try await client.call("HGETALL", keys.webhooks).pairs {
            if let webhook = Webhook(id: id, json: try json.bytes) { webhooks.append(webhook) }
        }
        return webhooks.sorted { ($0.card.created, $0.card.id) > ($1.card.created, $1.card.id) }
    }

    /// How far these webhooks have got, in their order.
    package func states(of webhooks: [Webhook]) async throws(RedisError) -> [WebhookState] {
        guard !webhooks.isEmpty else { return [] }
        let replies = try await send { pipeline in
            for webhook in webhooks { pipeline.append("HGETALL", keys.webhook(webhook.card.id)) }
        }
        var states: [WebhookState] = []
        for reply in replies {
            var fields: [String: String] = [:]
            for (name, value) in try reply.pairs { fields[name] = String(decoding: try value.bytes, as: UTF8.self) }
            states.append(WebhookState(fields))
        }
        return states
    }

    /// All webhooks, the newest first, and how far each has got.
    package func webhookOverview() async throws(RedisError) -> [WebhookOverview] {
        let webhooks = try await webhooks()
        let states = try await states(of: webhooks)
        let newest = try await AlertLog(calls: self).newest()?.number ?? 0
        return zip(webhooks, states).map {
            WebhookOverview(webhook: $0.card, state: $1, waiting: max(0, newest - $1.number))
        }
    }

    /// The newest alerts that receivers would not take, the newest first.
    /// - Parameter limit: 1 to 1000, which is all that are kept.
    package func deadLetters(limit: Int) async throws(RedisError) -> [DeadLetter] {
        let reply = try await client.call("XREVRANGE", keys.deadLetters, "+", "-", "COUNT", Int64(limit))
        var letters: [DeadLetter] = []
        for item in try reply.array {
            let parts = try item.array
            guard parts.count == 2 else { continue }
            var letter = DeadLetter(id: try parts[0].string, webhook: "", at: 0, error: "")
            for (field, value) in try parts[1].pairs {
                let bytes = try value.bytes
                switch field {
                case "webhook": letter.webhook = String(decoding: bytes, as: UTF8.self)
                case "at": letter.at = Int64(String(decoding: bytes, as: UTF8.self)) ?? 0
                case "error": letter.error = String(decoding: bytes, as: UTF8.self)
                case "alert": letter.alert = Alert(json: bytes)
                default: break
                }
            }
            letters.append(letter)
        }
        return letters
    }

    /// Dead letters are to be sent once more.
    /// - Parameter letters: at most 1000 ids of them.
    /// - Returns: how many will be, and how many are gone, or their webhook is.
    package func resend(
        _ letters: [String], by: String, note: String?
    ) async throws(RedisError) -> (resent: Int64, gone: Int64) {
        var arguments: [any RedisArgument] = ["letters", letters.joined(separator: ","), "by", by]
        if let note { arguments += ["note", note] as [any RedisArgument] }
        let reply = try await call("sentinel_webhook_resend", arguments)
        return (try reply["resent"]?.int ?? 0, try reply["gone"]?.int ?? 0)
    }

    /// Publishes an alert about nothing, and returns its number.
    package func testAlert(_ severity: Rule.Severity, by: String) async throws(RedisError) -> Int64 {
        let reply = try await call("sentinel_alert_test", ["severity", Int64(severity.rawValue), "by", by])
        return try reply["seq"]?.int ?? 0
    }
}
