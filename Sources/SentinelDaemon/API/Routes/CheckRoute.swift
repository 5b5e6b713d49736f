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
                    "kind", .word,
                    "What would be done: content, message, signup …; without it only blocks are looked at"),
                .query("user", .bytes(1...256), "Who"),
                .query("ip", .address, "From which address"),
                .query("tokens", .integer(0...1_000_000_000), "Tokens it would spend"),
                .query("anonymous", .flag, "The user is not registered"),
            ],
            oneNeeded: ["user", "ip"],
            answers: [
                Answer(
                    .ok, "The verdict", "application/json", Schema.reference("Verdict"),
                    headers: Verdict.fieldNames)
            ]
        ) { request in
            let arguments = request.arguments
            let event = Event(
                kind: arguments.text("kind") ?? "", user: arguments.bytes("user"), ip: arguments.bytes("ip"),
                anonymous: arguments.flag("anonymous") ?? false, tokens: arguments.integer("tokens"))
            return context.later {
                let verdict = try await context.calls.check(event)
                return HTTPResponse(json: verdict.json, headers: verdict.fields(await context.policy.current()))
            }
        }
    }
}
