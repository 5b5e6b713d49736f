import SentinelCore
import SentinelEngine

/// Lists who has incidents, the worst first.
struct SuspectList: Command {
    static let name = "suspect ls"
    static let abstract = "List who has incidents, the worst first"
    static let discussion = """
        Counts enforced incidents by whom they are about. Suspicious is who averages more than 40 messages a day, or had over 30 % of them refused, or has more than 5 incidents, or a critical one.
        """
    static let examples = [
        Example("This week's", "sentinel suspect ls"),
        Example("Today's worst, with reasons", "sentinel suspect ls --days 1 --min-severity high -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("days", nil, \.days, .int(1...365), "with incidents of so many days"),
        .option("min-severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .option("limit", "l", \.limit, .int(1...200), "at most so many"),
    ]

    var days = 7
    var severity = SeverityName.medium
    var limit = 50

    private static let columns: [Column<Suspect>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("total_activities", "incidents") { .int(Int64($0.incidents)) },
        Column("critical_count", "critical", tone: { $0.critical > 0 ? .bad : .plain }) { .int(Int64($0.critical)) },
        Column("high_count", "high") { .int(Int64($0.high)) },
        Column("unreviewed_count", "unreviewed") { .int(Int64($0.unreviewed)) },
        Column("last_activity", "last") { .time($0.last) },
        Column("is_blocked", "blocked", tone: { $0.isBlocked ? .bad : .plain }) { .bool($0.isBlocked) },
        Column("is_suspicious", "suspicious", tone: { $0.analysis.isSuspicious ? .warning : .plain }) {
            .bool($0.analysis.isSuspicious)
        },
        Column("suspicion_reasons", "why", absent: "-") { .list($0.analysis.suspicionReasons) },
        Column("registered_users_count", isListed: false) { .int(Int64($0.registeredUsers)) },
        Column("anonymous_users_count", isListed: false) { .int(Int64($0.anonymousUsers)) },
        Column("total_messages", isListed: false) { .int($0.analysis.messages) },
        Column("total_blocked", isListed: false) { .int($0.analysis.refused) },
        Column("avg_messages_per_day", isListed: false) { .double($0.analysis.perDay.hundredths) },
        Column("block_rate", isListed: false) { .double($0.analysis.refusedShare.thousandths) },
        Column("recent_activities", isListed: false) { .json(.array($0.findings.map(\.json))) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let list = try await context.withOperations {
            try await $0.suspects(days: Int64(days), severity: severity.severity, limit: limit)
        }
        try context.output.list(list.suspects, Self.columns, empty: "Nobody.")
        if list.suspects.count < list.total {
            try context.output.flush()
            context.notice("the worst \(list.suspects.count) of \(list.total); --limit shows more")
        }
        return .ok
    }
}

extension Suspect.Finding {
    fileprivate var json: JSONValue {
        .object([
            .init("id", .string(id)), .init("type", .string(rule)), .init("severity", .string(severity.name)),
            .init("description", .string(description)), .init("created_at", .string(ISO8601.format(at))),
            .init("participant", participant.map(JSONValue.string) ?? .null),
        ])
    }
}
