import SentinelCore
import SentinelEngine

/// Prints what the system counted.
struct Stats: Command {
    static let name = "stats"
    static let abstract = "Print what was counted"
    static let discussion = """
        Counters are kept per UTC day: whole days are summed, from that of --since to today.
        """
    static let examples = [
        Example("At a glance", "sentinel stats"),
        Example("The last week, for a monitor", "sentinel stats --since 7d -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("since", nil, \.since, .time, "from the day of this time on: 7d (ago), a date, ISO 8601"),
        .option("busiest", nil, \.busiest, .int(0...50), "so many of the busiest addresses"),
    ]

    var since = TimePoint.ago(.seconds(86_400))
    var busiest = 10

    func run(_ context: Context) async throws -> ExitCode {
        let start = since.milliseconds(now: context.now)
        let statistics = try await context.withOperations { try await $0.statistics(since: start, busiest: busiest) }
        try context.output.one(statistics, Self.columns(isForPeople: context.output.format == .human))
        if context.output.format == .human, !statistics.busiest.isEmpty {
            try context.output.line("")
            try context.output.list(statistics.busiest, Self.busy, empty: "")
        }
        return .ok
    }

    private static func columns(isForPeople: Bool) -> [Column<Statistics>] {
        let columns: [Column<Statistics>] = [
            // People see times as ages, but this is the start of a day.
            Column("from", "counted from") {
                isForPeople ? .string(String(ISO8601.format($0.from).prefix(10)) + " (UTC)") : .time($0.from)
            },
            Column("events") { .int($0.events) },
            Column("kinds") { counts($0.kinds, isForPeople) },
            Column("limited") { .int($0.limited) },
            Column("reports") { .int($0.reports) },
            Column("flags") { counts($0.flags, isForPeople) },
            Column("flags_refused", tone: { $0.refusedFlags > 0 ? .warning : .plain }) { .int($0.refusedFlags) },
            Column("dropped", tone: { $0.dropped > 0 ? .bad : .plain }) { .int($0.dropped) },
            Column("incidents") { .int($0.incidents) },
            Column("pending", "pending reviews") { .int($0.pending) },
            Column("reviews", "confirmed", absent: "no reviews") { reviews($0.reviews, isForPeople) },
            Column("incidents_by_type", "opened") { counts($0.openedByRule, isForPeople) },
            Column("incidents_by_severity", "by severity") { counts($0.openedBySeverity, isForPeople) },
            Column("blocks_by_reason", "blocks set") { counts($0.blocksByReason, isForPeople) },
            Column("blocks", "active blocks") { .int($0.blocks) },
            Column("exemptions") { .int($0.exemptions) },
            Column("backlog", "waiting events") { .int($0.backlog) },
            Column("coordinator", absent: "none", tone: { $0.coordinator == nil ? .bad : .plain }) {
                .optional($0.coordinator, Value.string)
            },
        ]
        return isForPeople ? columns : columns + nested
    }

    /// What people get as tables.
    private static let nested: [Column<Statistics>] = [
        Column("days") { .json(.array($0.days.map { row($0, days) })) },
        Column("top_addresses") { .json(.array($0.busiest.map { row($0, busy) })) },
    ]

    private static func row<Row>(_ row: Row, _ columns: [Column<Row>]) -> JSONValue {
        .object(columns.map { .init($0.name, $0.value(row).json) })
    }

    private static let days: [Column<Statistics.Day>] = [
        Column("day") { .time($0.start) }, Column("events") { .int($0.events) },
        Column("limited") { .int($0.limited) }, Column("incidents") { .int($0.incidents) },
    ]

    private static let busy: [Column<BusyAddress>] = [
        Column("subject", "busiest addresses", clips: false) { .string($0.subject.description) },
        Column("events") { .int($0.events) },
        Column("events_per_day", "a day") { .double($0.perDay.hundredths) },
        Column("messages") { .int($0.messages) },
        Column("refused") { .int($0.refused) },
        Column("tokens") { .int($0.tokens) },
        Column("is_suspicious", "suspicious", tone: { $0.isSuspicious ? .warning : .plain }) { .bool($0.isSuspicious) },
        Column("is_blocked", "blocked", tone: { $0.isBlocked ? .bad : .plain }) { .bool($0.isBlocked) },
    ]

    /// How often each rule was right: `rate_limit_hit 75 % of 4`.
    private static func reviews(_ reviews: [RuleReviews], _ isForPeople: Bool) -> Value {
        if isForPeople {
            let words = reviews.compactMap { rule in
                rule.precision.map {
                    "\(rule.rule) \(Int(($0 * 100).rounded())) % of \(rule.confirmed + rule.falsePositives)"
                }
            }
            return words.isEmpty ? .null : .list(words)
        }
        return .json(
            .object(
                reviews.map { rule in
                    .init(
                        rule.rule,
                        .object([
                            .init("confirmed", .int(rule.confirmed)),
                            .init("false_positive", .int(rule.falsePositives)), .init("benign", .int(rule.benign)),
                            .init("precision", rule.precision.map(JSONValue.double) ?? .null),
                        ]))
                }))
    }

    /// Named counts, the largest first.
    private static func counts(_ counts: [String: Int64], _ isForPeople: Bool) -> Value {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard isForPeople else { return .json(.object(sorted.map { .init($0.key, .int($0.value)) })) }
        return sorted.isEmpty ? .null : .list(sorted.map { "\($0.key) \($0.value)" })
    }
}
