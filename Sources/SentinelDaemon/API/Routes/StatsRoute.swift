import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/stats`: what was counted since a day, and what stands now.
    static func stats(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/stats", role: .staff, "What was counted, and what stands now",
            parameters: [.query("since", .time, "From the UTC day of this time on; today unless said otherwise")],
            answers: [Answer(.ok, "Sums of whole days", "application/json", Schema.statistics)]
        ) { request in
            let since = request.arguments.time("since")
            return context.later {
                let statistics = try await context.calls.statistics(since: since ?? .max)
                return HTTPResponse(json: JSONWriter.bytes(Objects.statistics(statistics)))
            }
        }
    }
}
