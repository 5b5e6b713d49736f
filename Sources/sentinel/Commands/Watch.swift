import SentinelCore
import SentinelEngine

/// Shows alerts as they are raised.
struct Watch: Command {
    static let name = "watch"
    static let abstract = "Show alerts as they are raised"
    static let discussion = """
        Alerts carry numbers. What the connection lost is read from the log of alerts, so none is missed as long as the log holds it.
        """
    static let examples = [
        Example("Everything from now on; leave with Ctrl-C", "sentinel watch"),
        Example("The last hour and what follows, only the worst", "sentinel watch --since 1h --severity high"),
        Example("Go on after alert 4711", "sentinel watch --since 4712"),
        Example("Into a program, one JSON object a line", "sentinel watch -o json | jq .subject"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option(
            "since", nil, \.since, .alertStart,
            "begin with the alerts since then: 2h (ago), a date, ISO 8601, or the number of an alert"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .option("rule", nil, \.rule, .string("id"), "only of this rule"),
        .options("module", nil, \.modules, .choice("module"), "only of this module; may be given several times"),
        .option("subject", nil, \.subject, .subject, "only about this subject"),
        .option("limit", "l", \.limit, .int(1...Int.max), "end after so many alerts"),
    ]

    var since: AlertStart?
    var severity = SeverityName.low
    var rule: String?
    var limit: Int?
    var modules: [Alert.Module] = []
    var subject: Subject?

    func run(_ context: Context) async throws -> ExitCode {
        let start: AlertFeed.Start =
            switch since {
            case .number(let number): .number(number)
            case .time(let point): .time(max(0, point.milliseconds(now: context.now)))
            case nil: .now
            }
        let filter = AlertFilter(
            severity: severity.severity, modules: Set(modules.map(\.rawValue)), rule: rule,
            subject: subject?.description)
        var lines = AlertLines(context.output)
        var left = limit
        try await context.withOperations { operations in
            try await operations.followAlerts(from: start, filter) { item in
                guard case .alert(let alert) = item else {
                    if let notice = Self.notice(item) { context.notice(notice) }
                    return true
                }
                try lines.write(alert)
                left = left.map { $0 - 1 }
                return left != 0
            }
        }
        return .ok
    }

    private static func notice(_ item: AlertFeed.Item) -> String? {
        switch item {
        case .alert: nil
        case .lost(let count): "\(count) alerts are missing here: the log does not hold them any more"
        case .reconnected: "connected again; what was missed follows"
        case .renumbered: "the alerts are numbered anew: Redis lost its data, or it was deleted"
        case .foreign: "something came over the channel, or lies in the log, that is no alert"
        }
    }
}
