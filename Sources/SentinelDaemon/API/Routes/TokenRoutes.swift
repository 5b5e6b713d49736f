import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    private static let tenYears: Int64 = 315_360_000_000
    private static let roles = Role.allCases.filter { $0 != .anyone }.map(\.rawValue)

    /// `GET /v1/tokens`: who may use this API. Neither tokens nor their hashes.
    static func tokens(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/tokens", role: .superuser, "List the tokens of this API",
            answers: [
                Answer(.ok, "The newest first", "application/json", Schema.array(of: Schema.token, maximum: 1000))
            ]
        ) { _ in
            context.later {
                let now = try await context.calls.now()
                let tokens = try await context.calls.tokens().tokens
                return HTTPResponse(json: JSONWriter.bytes(.array(tokens.map { Objects.token($0, now: now) })))
            }
        }
    }

    /// `POST /v1/tokens`. Not without a token: who makes the first one makes himself at home for good, and that is for
    /// who has Redis, not for any program of the machine.
    static func tokenAdd(_ context: APIContext) -> Route {
        var route = Route(
            "POST", "/v1/tokens", role: .superuser, "Make a token for this API; the first is made over Redis",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("role", Schema.choice(roles)),
                            ("name", Schema.string(pattern: Schema.someLineWithoutControls, maximum: 64)),
                            ("duration_ms", Schema.integer(1...tenYears, orNull: true)), ("note", Schema.note),
                        ], required: ["role", "name"]))
            ],
            answers: [
                Answer(
                    .created, "The token is shown now, or never", "application/json",
                    Schema.whole([
                        ("id", Schema.string()), ("token", Schema.string()), ("until", Schema.string(orNull: true)),
                    ]))
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["role", "name", "duration_ms", "note"])
            guard let role = try body.choice("role", Role.self), role != .anyone else {
                throw Problem(.badRequest, "\"role\" is one of \(roles.joined(separator: ", "))")
            }
            guard let name = body["name"]?.text, (1...64).contains(name.utf8.count), RouteParameter.isNote(name) else {
                throw Problem(.badRequest, "\"name\" is a text of 1 to 64 bytes, none of them a control")
            }
            let duration = body["duration_ms"]?.integer
            guard body["duration_ms"] == nil || duration.map((1...tenYears).contains) == true else {
                throw Problem(.badRequest, "\"duration_ms\" is a whole number from 1 to \(tenYears), or null")
            }
            let note = try body.note("note")
            return context.later {
                let token = try await context.calls.addToken(
                    role, name: name, for: duration.map { .milliseconds($0) }, by: request.caller, note: note)
                return HTTPResponse(
                    .created,
                    json: JSONWriter.bytes(
                        .object([
                            .init("id", .string(token.id)), .init("token", .string(token.secret)),
                            .init("until", Objects.time(token.until)),
                        ])))
            }
        }
        route.wantsToken = true
        return route
    }

    /// `DELETE /v1/tokens/{id}`
    static func tokenRemove(_ context: APIContext) -> Route {
        var route = removal(
            "/v1/tokens/{id}", of: .path("id", .token, "As the list shows it"), role: .superuser,
            "Take a token of this API away", more: [.query("note", .note, "Why, for the audit log")],
            done: "It is one no longer", missing: "there is no token", in: context
        ) { id, request in
            try await context.calls.removeToken(id, by: request.caller, note: request.arguments.text("note"))
        }
        route.wantsToken = true
        return route
    }
}
