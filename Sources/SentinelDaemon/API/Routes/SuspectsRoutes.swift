import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/suspicious-users`: addresses with incidents, the worst first, in the words of moderation front ends.
    static func suspiciousUsers(_ context: APIContext) -> Route {
        suspects(
            context, "/v1/suspicious-users", .address, "Addresses with incidents, the worst first",
            Schema.suspiciousUsers, Objects.suspiciousUsers)
    }

    /// `GET /v1/suspects`: the same of whomever incidents are about: users, addresses, campaigns.
    static func suspects(_ context: APIContext) -> Route {
        suspects(
            context, "/v1/suspects", .subject, "Whom incidents are about, the worst first", Schema.suspects,
            Objects.suspects)
    }

    private static func suspects(
        _ context: APIContext, _ path: String, _ grouping: Suspects.Grouping, _ summary: String, _ schema: JSONValue,
        _ json: @escaping @Sendable (Suspects) -> JSONValue
    ) -> Route {
        Route(
            "GET", path, role: .staff, summary,
            parameters: [
                .query("days", .integer(1...365), "With incidents of so many days; 7 unless said otherwise"),
                .query(
                    "min_severity", .integer(1...4), "At least so severe: 1 low … 4 critical; 2 unless said otherwise"),
                .query("limit", .integer(1...200), "At most so many; 50 unless said otherwise"),
            ],
            answers: [Answer(.ok, "The worst first, and how many there are in all", "application/json", schema)]
        ) { request in
            let arguments = request.arguments
            let severity = arguments.integer("min_severity").flatMap { Rule.Severity(rawValue: Int($0)) } ?? .medium
            return context.later {
                let list = try await context.calls.suspects(
                    grouping, days: arguments.integer("days") ?? 7, severity: severity,
                    limit: Int(arguments.integer("limit") ?? 50), policy: await context.policy.current())
                return HTTPResponse(json: JSONWriter.bytes(json(list)))
            }
        }
    }
}
