import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/stats`: what was counted since a day, and what stands now.
    static func stats(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/stats", role: .staff, "What was counted, and what stands now",
            parameters: [
                .query("since", .time, "From the UTC day of this time on; today unless said otherwise"),
                .query("busiest", .integer(0...50), "So many of the busiest addresses; 10 unless said otherwise"),
            ],
            answers: [Answer(.ok, "Sums of whole days", "application/json", Schema.statistics)]
        ) { request in
            let arguments = request.arguments
            return context.later {
                let statistics = try await context.calls.statistics(
                    since: arguments.time("since") ?? .max, busiest: Int(arguments.integer("busiest") ?? 10),
                    policy: await context.policy.current())
                return HTTPResponse(json: JSONWriter.bytes(Objects.statistics(statistics)))
            }
        }
    }
}
