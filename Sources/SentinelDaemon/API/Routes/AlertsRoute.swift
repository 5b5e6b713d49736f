import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    /// `GET /v1/alerts`: alerts as they come, as server-sent events.
    static func alerts(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/alerts", role: .staff, "Follow alerts; Last-Event-ID goes on after an alert",
            parameters: [
                .header(
                    "Last-Event-ID", "last-event-id", .integer(0...(1 << 53)),
                    "The number of the last alert that was received"),
                .query("after", .integer(0...(1 << 53)), "The same, for those who cannot send header fields"),
            ],
            answers: [Answer(.ok, "Events alert, lost, renumbered; ids are seq", "text/event-stream", Schema.string())]
        ) { (request) throws(Problem) in
            guard let hub = context.alerts else { throw Problem(.serviceUnavailable, "alerts are not followed here") }
            let number = request.arguments.integer("Last-Event-ID") ?? request.arguments.integer("after")
            let isHead = request.http.method == "HEAD"
            return .later {
                do throws(RedisError) {
                    _ = try await context.calls.client.call("PING")
                } catch {
                    return .problem(Problem(error, journal: context.journal))
                }
                let head = HTTPResponse(
                    .ok,
                    headers: [
                        ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"),
                        ("X-Accel-Buffering", "no"),
                    ])
                if isHead { return .response(head) }
                return .stream(head) { stream in hub.assumeIsolated { $0.join(stream, after: number) } }
            }
        }
    }
}
