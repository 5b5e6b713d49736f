import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `DELETE /v1/subjects/{subject}`: erases what is known of a subject.
    static func forget(_ context: APIContext) -> Route {
        Route(
            "DELETE", "/v1/subjects/{subject}", role: .admin,
            "Erase what is known of a subject, its block and exemption included; the audit log keeps that it was done",
            parameters: [
                .path("subject", .subject, "user:ada, ip:203.0.113.7"),
                .query("note", .note, "Why, for the audit log"),
            ],
            answers: [
                Answer(
                    .ok, "How many keys and entries were erased", "application/json",
                    Schema.whole([("subject", Schema.string()), ("erased", Schema.integer())]))
            ]
        ) { (request) throws(Problem) in
            guard let subject = request.arguments.subject("subject") else { throw Problem(.badRequest) }
            let note = request.arguments.text("note")
            return context.later {
                let erased = try await context.calls.forget(
                    subject, by: request.caller, note: note, policy: await context.policy.current())
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("subject", .string(subject.description)), .init("erased", .int(Int64(erased))),
                        ])))
            }
        }
    }
}
