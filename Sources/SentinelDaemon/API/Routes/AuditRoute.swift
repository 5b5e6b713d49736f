import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/audit`: who changed what, newest first.
    static func audit(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/audit", role: .admin, "Who changed what, newest first",
            parameters: [
                .query("by", .text(1...128), "Only by sentinel or by admin:<name>"),
                .query("what", .word, "Only this: block, unblock, allow, disallow, review, policy, token_add …"),
                .query("subject", .text(1...1024), "Only about this subject"),
                .query("since", .time, "Only what was written at this time or later"),
                .query("until", .time, "Only what was written before this time"),
                .query("limit", .integer(1...500), "At most so many; 50 unless said otherwise"),
                .query("cursor", .position, "next of the page before"),
            ],
            answers: [
                Answer(
                    .ok, "A page. next is null at the end", "application/json",
                    Schema.object(
                        [("entries", Schema.array(of: Schema.audit)), ("next", Schema.string(orNull: true))],
                        required: ["entries", "next"]))
            ]
        ) { request in
            let arguments = request.arguments
            let filter = AuditFilter(
                by: arguments.text("by"), what: arguments.text("what"), subject: arguments.text("subject"),
                written: arguments.range)
            let limit = Int(arguments.integer("limit") ?? 50)
            return context.later {
                let page = try await context.calls.auditEntries(filter, limit: limit, after: arguments.text("cursor"))
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("entries", .array(page.entries.map(Objects.audit))),
                            .init("next", Objects.text(page.next)),
                        ])))
            }
        }
    }
}
