/// Shows alerts as they are raised.
struct Watch: Command {
    static let name = "watch"
    static let abstract = "Show alerts as they are raised"
    static let examples = [
        Example("Everything from now on; leave with Ctrl-C", "sentinel watch"),
        Example("The last hour and what follows, only the worst", "sentinel watch --since 1h --severity high"),
        Example("Into a program, one JSON object a line", "sentinel watch -o json | jq .subject"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("since", nil, \.since, .time, "begin with the alerts since then: 2h (ago), a date, ISO 8601"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .option("rule", nil, \.rule, .string("id"), "only of this rule"),
        .option("limit", "l", \.limit, .int(1...Int.max), "end after so many alerts"),
    ]

    var since: TimePoint?
    var severity = SeverityName.low
    var rule: String?
    var limit: Int?

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
