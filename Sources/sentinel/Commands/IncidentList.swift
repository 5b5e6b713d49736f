/// Lists incidents.
struct IncidentList: Command {
    static let name = "incident ls"
    static let abstract = "List incidents"
    static let examples = [
        Example("The newest", "sentinel incident ls"),
        Example("What is open and bad, of today", "sentinel incident ls --state open --severity high --since 24h"),
        Example("Everything about one user", "sentinel incident ls --subject user:mallory -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("subject", nil, \.subject, .string("subject"), "only about this subject: user:alice, ip:203.0.113.7"),
        .option("rule", nil, \.rule, .string("id"), "only of this rule"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .option("state", nil, \.state, .choice("state"), "only open, confirmed or dismissed"),
        .since(\.since),
        .until(\.until),
        .limit(\.limit),
    ]

    var subject: String?
    var rule: String?
    var severity = SeverityName.low
    var state: IncidentState?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 50

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
