import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    private static let severities = ["low", "medium", "high", "critical"]

    /// `GET /v1/webhooks`: who gets alerts, and how far each has got. Neither addresses nor secrets.
    static func webhooks(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/webhooks", role: .admin, "List who gets alerts over HTTP",
            answers: [
                Answer(.ok, "The newest first", "application/json", Schema.array(of: Schema.webhook, maximum: 32))
            ]
        ) { _ in
            context.later {
                let webhooks = try await context.calls.webhookOverview()
                return HTTPResponse(json: JSONWriter.bytes(.array(webhooks.map(Objects.webhook))))
            }
        }
    }

    /// `POST /v1/webhooks`. For superusers: it makes this server send requests to an address of the caller's choice.
    static func webhookAdd(_ context: APIContext) -> Route {
        let modules = Alert.Module.allCases.map(\.rawValue)
        return Route(
            "POST", "/v1/webhooks", role: .superuser, "Send alerts to a URL from now on",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("url", Schema.string(pattern: "^https?://[^@#]+$", maximum: 2048)),
                            ("form", Schema.choice(Webhook.Form.allCases.map(\.rawValue))),
                            ("name", Schema.string(pattern: Schema.lineWithoutControls, maximum: 64)),
                            ("severity", Schema.choice(severities)),
                            ("modules", Schema.array(of: Schema.choice(modules), maximum: 16)), ("note", Schema.note),
                        ], required: ["url"]))
            ],
            answers: [
                Answer(
                    .created, "The secret is shown now, or never", "application/json",
                    Schema.object([("id", Schema.string()), ("secret", Schema.string())], required: ["id", "secret"]))
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["url", "form", "name", "severity", "modules", "note"])
            let address: WebhookAddress
            do throws(WebhookAddress.Invalid) {
                address = try WebhookAddress(parsing: body["url"]?.text ?? "")
            } catch {
                throw Problem(.badRequest, "\"url\": \(error)")
            }
            let form = try body.choice("form", Webhook.Form.self) ?? .json
            let severity = body["severity"].map { $0.text.flatMap(severities.firstIndex(of:)) } ?? 0
            guard let severity, let severity = Rule.Severity(rawValue: severity + 1) else {
                throw Problem(.badRequest, "\"severity\" is one of \(severities.joined(separator: ", "))")
            }
            let note = try body.note("note")
            let words = try Self.modules(body["modules"])
            let name = body["name"].map { $0.text ?? "" } ?? address.host
            guard (1...64).contains(name.utf8.count), RouteParameter.isNote(name) else {
                throw Problem(.badRequest, "\"name\" is a text of 1 to 64 bytes, none of them a control")
            }
            return context.later {
                let made = try await context.calls.addWebhook(
                    address, form: form, name: name, severity: severity, modules: words, by: request.caller,
                    note: note)
                return HTTPResponse(
                    .created,
                    json: JSONWriter.bytes(
                        .object([.init("id", .string(made.id)), .init("secret", .string(made.secret))])))
            }
        }
    }

    private static func modules(_ value: JSONValue?) throws(Problem) -> [String] {
        guard let value else { return [] }
        let known = Alert.Module.allCases.map(\.rawValue)
        guard case .array(let items) = value, items.count <= 16,
            items.allSatisfy({ known.contains($0.text ?? "") })
        else { throw Problem(.badRequest, "\"modules\" is a list of \(known.joined(separator: ", "))") }
        return items.compactMap(\.text)
    }

    /// `DELETE /v1/webhooks/{id}`
    static func webhookRemove(_ context: APIContext) -> Route {
        removal(
            "/v1/webhooks/{id}", of: .path("id", .webhook, "As the list shows it"), role: .superuser,
            "Send alerts there no longer", more: [.query("note", .note, "Why, for the audit log")],
            done: "It is no more", missing: "there is no webhook", in: context
        ) { id, request in
            try await context.calls.removeWebhook(id, by: request.caller, note: request.arguments.text("note"))
        }
    }

    /// `GET /v1/dead-letters`: alerts that receivers would not take.
    static func deadLetters(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/dead-letters", role: .admin, "List alerts that receivers would not take",
            parameters: [.query("limit", .integer(1...1000), "At most so many; 50 unless said otherwise")],
            answers: [
                Answer(.ok, "The newest first", "application/json", Schema.array(of: Schema.deadLetter, maximum: 1000))
            ]
        ) { request in
            let limit = Int(request.arguments.integer("limit") ?? 50)
            return context.later {
                let letters = try await context.calls.deadLetters(limit: limit)
                return HTTPResponse(json: JSONWriter.bytes(.array(letters.map(Objects.deadLetter))))
            }
        }
    }

    /// `POST /v1/dead-letters/resend`
    static func deadLettersResend(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/dead-letters/resend", role: .admin, "Send dead letters once more",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            (
                                "letters",
                                Schema.array(of: Schema.string(pattern: "^[0-9]{1,18}-[0-9]{1,18}$"), maximum: 1000)
                            ), ("note", Schema.note),
                        ], required: ["letters"]))
            ],
            answers: [
                Answer(
                    .ok, "How many will be sent; the others, or their webhooks, are gone", "application/json",
                    Schema.object(
                        [("resent", Schema.integer()), ("gone", Schema.integer())], required: ["resent", "gone"]))
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["letters", "note"])
            let note = try body.note("note")
            guard case .array(let items)? = body["letters"], items.count <= 1000,
                items.allSatisfy({ $0.text?.wholeMatch(of: /[0-9]{1,18}-[0-9]{1,18}/) != nil })
            else { throw Problem(.badRequest, "\"letters\" is a list of at most 1000 ids of dead letters") }
            let letters = items.compactMap(\.text)
            return context.later {
                let result =
                    letters.isEmpty
                    ? (resent: 0, gone: 0)
                    : try await context.calls.resend(letters, by: request.caller, note: note)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([.init("resent", .int(result.resent)), .init("gone", .int(result.gone))])))
            }
        }
    }

    /// `POST /v1/alerts/test`: an alert about nothing.
    static func alertTest(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/alerts/test", role: .admin, "Publish an alert about nothing",
            parameters: [.query("severity", .integer(1...4), "1 low … 4 critical; 1 unless said otherwise")],
            answers: [
                Answer(
                    .accepted, "It is published under that number", "application/json",
                    Schema.object([("seq", Schema.integer())], required: ["seq"]))
            ]
        ) { request in
            let severity = Rule.Severity(rawValue: Int(request.arguments.integer("severity") ?? 1)) ?? .low
            return context.later {
                let number = try await context.calls.testAlert(severity, by: request.caller)
                return HTTPResponse(.accepted, json: JSONWriter.bytes(.object([.init("seq", .int(number))])))
            }
        }
    }
}
