import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `PATCH /v1/blocks?subject=…`: changes a block; what is not given stays as it was.
    static func blockChange(_ context: APIContext) -> Route {
        Route(
            "PATCH", "/v1/blocks", role: .admin, "Change a block; what is not given stays as it was",
            parameters: [.query("subject", .subject, "Whose", isRequired: true)],
            bodies: [
                Body(
                    "application/json",
                    Schema.closed([
                        ("action", Schema.choice(Block.Action.allCases.map(\.rawValue), orNull: true)),
                        ("reason", Schema.choice(Block.Reason.allCases.map(\.rawValue), orNull: true)),
                        ("duration_ms", Schema.integer(1...longest, orNull: true)), ("note", Schema.note),
                    ]))
            ],
            answers: [
                Answer(.ok, "It is changed", "application/json", Schema.blockChange),
                Answer(.notFound, "There is no such block", "application/problem+json", Schema.reference("Problem")),
                Answer(
                    .conflict, "The subject is on the allow list", "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            guard let subject = request.arguments.subject("subject") else { throw Problem(.badRequest) }
            let body = try JSONBody(request, fields: ["action", "reason", "duration_ms", "note"])
            var change = BlockEdit()
            change.action = try body.choice("action", Block.Action.self)
            change.reason = try body.choice("reason", Block.Reason.self)
            change.note = try body.note("note")
            if let duration = try body.duration("duration_ms") {
                change.term = .limited(duration)
            } else if body.has("duration_ms") {
                change.term = .permanent
            }
            return context.later { [change] in
                guard let done = try await context.calls.changeBlock(subject, change, by: request.caller) else {
                    throw Problem(.notFound, "\(subject) is not blocked")
                }
                return HTTPResponse(json: JSONWriter.bytes(Objects.blockChange(done)))
            }
        }
    }
}

extension JSONBody {
    /// A time in ms, as long as Redis takes; nil if it is missing or null.
    func duration(_ name: String) throws(Problem) -> Duration? {
        guard let value = self[name] else { return nil }
        guard let length = value.integer, (1...Route.longest).contains(length) else {
            throw Problem(.badRequest, "\"\(name)\" is from 1 to \(Route.longest); null is permanent")
        }
        return .milliseconds(length)
    }
}

extension Objects {
    static func blockChange(_ change: BlockChange) -> JSONValue {
        .object([
            .init("subject", .string(change.subject.description)),
            .init("change", .string(change.isNew ? "added" : "changed")), .init("ref", .string(change.ref)),
            .init("until", time(change.until)),
        ])
    }
}
