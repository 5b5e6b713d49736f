import SentinelCore
import SentinelEngine

/// Lists incidents.
struct IncidentList: Command {
    static let name = "incident ls"
    static let abstract = "List incidents"
    static let examples = [
        Example("The newest", "sentinel incident ls"),
        Example("What is bad, of today", "sentinel incident ls --severity high --since 24h"),
        Example("Everything about one user", "sentinel incident ls --subject user:mallory -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("subject", nil, \.subject, .subject, "only about this subject: user:alice, ip:203.0.113.7"),
        .option("rule", nil, \.rule, .string("id"), "only of this rule"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .since(\.since),
        .until(\.until),
        .limit(\.limit),
    ]

    var subject: Subject?
    var rule: String?
    var severity = SeverityName.low
    var since: TimePoint?
    var until: TimePoint?
    var limit = 50

    func run(_ context: Context) async throws -> ExitCode {
        let filter = IncidentFilter(
            subject: subject, rule: rule, severity: severity.severity, last: context.range(since: since, until: until))
        let incidents = try await context.withRedis { try await $0.calls.incidents(filter, limit: limit) }
        try context.output.list(incidents, IncidentColumns.all, empty: "No incidents.")
        return .ok
    }
}
