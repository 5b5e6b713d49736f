import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/allows`: who is never blocked, newest first.
    static func allows(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/allows", role: .staff, "List who is never blocked, newest first",
            parameters: [
                .query("type", .word, "Only of this type: ip, net, user …"),
                .query("limit", .integer(1...1000), "At most so many; 100 unless said otherwise"),
            ],
            answers: [
                Answer(
                    .ok, "Exemptions, and how many there are in all", "application/json",
                    Schema.whole([
                        ("allows", Schema.array(of: Schema.exemption)), ("total", Schema.integer()),
                    ]))
            ]
        ) { request in
            let arguments = request.arguments
            return context.later {
                let list = try await context.calls.exemptions(
                    ofType: arguments.text("type"), limit: Int(arguments.integer("limit") ?? 100))
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("allows", .array(list.entries.map(Objects.exemption))),
                            .init("total", .int(Int64(list.total))),
                        ])))
            }
        }
    }

    /// `POST /v1/allows`: never blocks a subject, and lifts its block.
    static func allowAdd(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/allows", role: .admin, "Never block a subject, and lift its block",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("subject", Schema.subject), ("duration_ms", Schema.integer(1...longest, orNull: true)),
                            ("note", Schema.note),
                        ], required: ["subject"]))
            ],
            answers: [
                Answer(
                    .ok, "It is on the list", "application/json",
                    Schema.whole([
                        ("subject", Schema.string()), ("until", Schema.string(orNull: true)),
                        ("lifted_block", Schema.boolean),
                    ]))
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["subject", "duration_ms", "note"])
            let subject = try body.subject("subject")
            let duration = try body.duration("duration_ms")
            let note = try body.note("note")
            return context.later {
                let change = try await context.calls.allow(subject, for: duration, by: request.caller, note: note)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("subject", .string(change.subject.description)),
                            .init("until", Objects.time(change.until)),
                            .init("lifted_block", .bool(change.liftedBlock)),
                        ])))
            }
        }
    }

    /// `DELETE /v1/allows?subject=…`: takes a subject off the list.
    static func allowRemove(_ context: APIContext) -> Route {
        Route(
            "DELETE", "/v1/allows", role: .admin, "Take a subject off the list of those who are never blocked",
            parameters: [
                .query("subject", .subject, "Whom", isRequired: true),
                .query("note", .note, "Why, for the audit log"),
            ],
            answers: [
                Answer(
                    .ok, "It is off the list", "application/json",
                    Schema.whole([("subject", Schema.string()), ("removed", Schema.boolean)])),
                Answer(.notFound, "It was not on it", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            guard let subject = request.arguments.subject("subject") else { throw Problem(.badRequest) }
            let note = request.arguments.text("note")
            return context.later {
                guard try await context.calls.disallow(subject, by: request.caller, note: note) else {
                    throw Problem(.notFound, "\(subject) is not on the allow list")
                }
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([.init("subject", .string(subject.description)), .init("removed", .bool(true))])))
            }
        }
    }
}

extension Objects {
    static func exemption(_ standing: Standing<Exemption>) -> JSONValue {
        .object([
            .init("subject", .string(standing.value.subject.description)), .init("by", .string(standing.value.by)),
            .init("note", text(standing.value.note)), .init("since", time(standing.value.since)),
            .init("until", time(standing.value.until)),
            .init("expires_in_ms", standing.remaining.map { .int($0.milliseconds) } ?? .null),
        ])
    }
}

extension Schema {
    static var exemption: JSONValue {
        whole([
            ("subject", string()), ("by", string()), ("note", string(orNull: true)), ("since", string()),
            ("until", string(orNull: true)), ("expires_in_ms", integer(orNull: true)),
        ])
    }
}
