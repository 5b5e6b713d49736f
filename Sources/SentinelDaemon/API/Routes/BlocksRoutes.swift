import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    static var longest: Int64 { 315_360_000_000 }  // ms, ten years: what Redis takes

    /// `GET /v1/blocks`: active blocks, newest first.
    static func blocks(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/blocks", role: .staff, "List active blocks, newest first",
            parameters: [
                .query("type", .word, "Only of this type: ip, net, user …"),
                .query("reason", .choice(Block.Reason.allCases.map(\.rawValue)), "Only for this reason"),
                .query("by", .text(1...128), "Only by sentinel or by admin:<name>"),
                .query("since", .time, "Only those that began at this time or later"),
                .query("until", .time, "Only those that began before this time"),
                .query("limit", .integer(1...100_000), "At most so many; 100 unless said otherwise"),
            ],
            answers: [
                Answer(
                    .ok, "Blocks, and how many there are in all", "application/json",
                    Schema.object(
                        [("blocks", Schema.array(of: Schema.block)), ("total", Schema.integer())],
                        required: ["blocks", "total"]))
            ]
        ) { request in
            let arguments = request.arguments
            let filter = BlockFilter(
                type: arguments.text("type"), reason: arguments.text("reason").flatMap(Block.Reason.init),
                by: arguments.text("by"), since: arguments.range)
            let limit = Int(arguments.integer("limit") ?? 100)
            return context.later {
                let blocks = try await context.calls.blocks(filter, limit: limit)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("blocks", .array(blocks.entries.map(Objects.block))),
                            .init("total", .int(Int64(blocks.total))),
                        ])))
            }
        }
    }

    /// `POST /v1/blocks`: blocks a subject, in place of any block that stands.
    static func blockAdd(_ context: APIContext) -> Route {
        Route(
            "POST", "/v1/blocks", role: .admin, "Block a subject",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("subject", Schema.subject),
                            ("action", Schema.choice(Block.Action.allCases.map(\.rawValue), orNull: true)),
                            ("reason", Schema.choice(Block.Reason.allCases.map(\.rawValue), orNull: true)),
                            ("duration_ms", Schema.integer(1...longest, orNull: true)),
                            ("note", Schema.note),
                        ], required: ["subject"]))
            ],
            answers: [
                Answer(
                    .ok, "It took the place of a block", "application/json", Schema.blockChange),
                Answer(.created, "The subject is blocked", "application/json", Schema.blockChange),
                Answer(
                    .conflict, "The subject is on the allow list", "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["subject", "action", "reason", "duration_ms", "note"])
            let subject = try body.subject("subject")
            let action = try body.choice("action", Block.Action.self) ?? .block
            let reason = try body.choice("reason", Block.Reason.self) ?? .manual
            let note = try body.note("note")
            let duration = try body.duration("duration_ms")
            return context.later {
                let change = try await context.calls.block(
                    subject, for: duration, action: action, reason: reason, by: request.caller, note: note)
                return HTTPResponse(
                    change.isNew ? .created : .ok,
                    json: JSONWriter.bytes(
                        Objects.blockChange(change)))
            }
        }
    }

    /// `DELETE /v1/blocks?subject=…`: lifts a block.
    static func blockRemove(_ context: APIContext) -> Route {
        Route(
            "DELETE", "/v1/blocks", role: .admin, "Lift a block; the same evidence does not bring it back",
            parameters: [
                .query("subject", .subject, "Whose", isRequired: true),
                .query("note", .note, "Why, for the audit log"),
            ],
            answers: [
                Answer(
                    .ok, "It is lifted", "application/json",
                    Schema.object(
                        [("subject", Schema.string()), ("lifted", Schema.boolean)], required: ["subject", "lifted"])),
                Answer(.notFound, "There is no such block", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            guard let subject = request.arguments.subject("subject") else { throw Problem(.badRequest) }
            let note = request.arguments.text("note")
            return context.later {
                guard try await context.calls.unblock(subject, by: request.caller, note: note) else {
                    throw Problem(.notFound, "\(subject) is not blocked")
                }
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([.init("subject", .string(subject.description)), .init("lifted", .bool(true))])))
            }
        }
    }
}
