import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/check`: what an event would be answered, without counting it. 200 whatever the verdict: the question was
    /// answered.
    static func check(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/check", role: .client, "Ask for a verdict without counting",
            parameters: [
                .query(
                    "kind", .bytes(1...64, pattern: "^[a-z][a-z0-9_]*$"),
                    "What would be done: content, message, signup …; without it only blocks are looked at"),
                .query("user", .bytes(1...256), "Who; user or ip is needed"),
                .query("ip", .bytes(1...64), "From which address"),
                .query("tokens", .integer(0...1_000_000_000), "Tokens it would spend"),
                .query("anonymous", .flag, "The user is not registered"),
            ],
            answers: [
                Answer(
                    .ok, "The verdict", "application/json", Schema.reference("Verdict"),
                    headers: Verdict.fieldNames)
            ]
        ) { (request) throws(Problem) in
            let arguments = request.arguments
            let event = Event(
                kind: arguments.text("kind") ?? "", user: arguments.bytes("user"), ip: arguments.bytes("ip"),
                anonymous: arguments.flag("anonymous") ?? false, tokens: arguments.integer("tokens"))
            guard event.user != nil || event.ip != nil else {
                throw Problem(.badRequest, "a subject is missing: \"user\" or \"ip\"")
            }
            return context.later {
                let verdict = try await context.calls.check(event)
                return HTTPResponse(json: verdict.json, headers: verdict.fields(context.policy))
            }
        }
    }
}
