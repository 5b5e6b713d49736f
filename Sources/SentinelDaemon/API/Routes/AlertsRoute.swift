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
                .query("since", .time, "Begin with the alerts that were raised at this time or later"),
                .query("severity", .integer(1...4), "At least so severe: 1 low … 4 critical"),
                .query("module", .choice(Alert.Module.allCases.map(\.rawValue)), "Only of this module"),
                .query("rule", .word, "Only of this rule"),
                .query("subject", .subject, "Only about this subject"),
            ],
            answers: [Answer(.ok, "Events alert, lost, renumbered; ids are seq", "text/event-stream", Schema.string())]
        ) { (request) throws(Problem) in
            guard let hub = context.alerts else { throw Problem(.serviceUnavailable, "alerts are not followed here") }
            let number = request.arguments.integer("Last-Event-ID") ?? request.arguments.integer("after")
            let arguments = request.arguments
            let start: AlertFeed.Start =
                number.map { .number($0 + 1) } ?? arguments.time("since").map { .time($0) } ?? .now
            let filter = AlertFilter(
                severity: Rule.Severity(rawValue: Int(arguments.integer("severity") ?? 1)) ?? .low,
                modules: Set(arguments.text("module").map { [$0] } ?? []), rule: arguments.text("rule"),
                subject: arguments.subject("subject")?.description)
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
                return .stream(head) { stream in hub.assumeIsolated { $0.join(stream, from: start, filter) } }
            }
        }
    }
}
