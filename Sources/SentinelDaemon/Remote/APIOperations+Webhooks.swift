package import SentinelCore
package import SentinelEngine

extension APIOperations {
    package func webhookOverview() async throws -> [WebhookOverview] {
        try Self.read(try await json("GET", "/v1/webhooks")) { $0.items }.compactMap(WebhookOverview.init(object:))
    }

    package func addWebhook(
        _ address: WebhookAddress, form: Webhook.Form, name: String, severity: Rule.Severity, modules: [String],
        by: String, note: String?
    ) async throws -> NewWebhook {
        var body: [JSONValue.Member] = [
            .init("url", .string(address.text)), .init("form", .string(form.rawValue)), .init("name", .string(name)),
            .init("severity", Objects.severity(severity)), .init("modules", .array(modules.map(JSONValue.string))),
        ]
        if let note { body.append(.init("note", .string(note))) }
        return try Self.read(try await json("POST", "/v1/webhooks", [], .object(body)), NewWebhook.init(object:))
    }

    package func removeWebhook(_ id: String, by: String, note: String?) async throws -> Bool {
        try await json("DELETE", "/v1/webhooks/\(Self.encoded(id))", [("note", note)]) != nil
    }

    package func deadLetters(limit: Int) async throws -> [DeadLetter] {
        let answer = try await json("GET", "/v1/dead-letters", [("limit", String(limit))])
        return try Self.read(answer) { $0.items }.compactMap(DeadLetter.init(object:))
    }

    package func resend(_ letters: [String], by: String, note: String?) async throws -> (resent: Int64, gone: Int64) {
        var body: [JSONValue.Member] = [.init("letters", .array(letters.map(JSONValue.string)))]
        if let note { body.append(.init("note", .string(note))) }
        let answer = try await json("POST", "/v1/dead-letters/resend", [], .object(body))
        return try Self.read(answer) { answer in
            guard let resent = answer["resent"]?.integer, let gone = answer["gone"]?.integer else { return nil }
            return (resent, gone)
        }
    }

    package func testAlert(_ severity: Rule.Severity, by: String) async throws -> Int64 {
        let answer = try await json("POST", "/v1/alerts/test", [("severity", String(severity.rawValue))], .object([]))
        return try Self.read(answer) { $0["seq"]?.integer }
    }

    package func edgeLags() async throws -> [EdgeLag] {
        try Self.read(try await json("GET", "/v1/edges")?["edges"]) { $0.items }.compactMap(EdgeLag.init(object:))
    }

    package func forgetEdge(_ name: String) async throws -> Bool {
        // What can be no name is nobody's, and no path.
        guard EdgeState.isName(name.utf8) else { return false }
        return try await json("DELETE", "/v1/edges/\(Self.encoded(name))") != nil
    }
}
