import SentinelCore
import SentinelEngine
import SentinelRedis

/// Alerts, one a line, written as they come: aligned for people, CSV, or the published JSON object itself.
struct AlertLines {
    private let output: Output
    private var feed: Feed<Alert>

    init(_ output: Output) {
        self.output = output
        feed = output.feed(Self.columns(isForPeople: output.format == .human))
    }

    mutating func write(_ alert: Alert) throws {
        guard output.format == .json else { return try feed.append(alert) }
        try output.write(JSONText.write(alert.json) + "\n")
        try output.flush()
    }

    /// Writes every alert from now on, until the task is cancelled.
    static func follow(_ calls: Calls, _ subscriber: RedisSubscriber, on output: Output) async throws {
        var feed = AlertFeed(calls: calls, subscriber: subscriber)
        var lines = AlertLines(output)
        do {
            try await feed.run(from: .now) { item in
                if case .alert(let alert) = item { try lines.write(alert) }
                return true
            }
        } catch is CancellationError {
            // The ordinary end.
        }
    }

    /// `blocked for 15m, ref b0-3`
    private static func blockInWords(_ alert: Alert) -> Value {
        guard let ref = alert.ref else { return .null }
        let time = alert.blockedUntil.map { "for " + HumanTime.span(milliseconds: $0 - alert.at) } ?? "for good"
        return .string("blocked \(time), ref \(ref)")
    }

    private static func columns(isForPeople: Bool) -> [Column<Alert>] {
        [
            Column("seq", isListed: false) { .int($0.number) },
            // Not as an age: the line stays on the screen while time goes on.
            Column("at", tone: { _ in .faint }) { .string(ISO8601.format($0.at)) },
            Column("severity", tone: { SeverityName($0.severity).tone }) {
                .string(SeverityName($0.severity).rawValue)
            },
            Column("rule", tone: { _ in .strong }) { .string($0.rule) },
            Column("subject") { .string($0.subject) },
            Column("description") { .string($0.description) },
            Column("block_ref", absent: "", tone: { _ in .bad }) {
                isForPeople ? blockInWords($0) : .optional($0.ref) { .string($0) }
            },
            Column("blocked_until", isListed: false) { .optional($0.blockedUntil, Value.time) },
            Column("incident", isListed: false) { .string($0.incident) },
            Column("change", isListed: false) { .string($0.change) },
        ]
    }
}
