import SentinelCore
import SentinelEngine

/// Shows what a subject did, and what came of it.
struct TimelineCommand: Command {
    static let name = "timeline"
    static let abstract = "Show what somebody did, and what came of it"
    static let discussion = """
        Events, incidents, blocks and reviews, the newest first. The policy says how many events are kept, for how long, and how much of their texts. An IPv6 address is shown with its network. Ends with 4 if nothing is known.
        """
    static let examples = [
        Example("A user's last month", "sentinel timeline user:mallory"),
        Example("An address, two days, for a script", "sentinel timeline 203.0.113.7 --days 2 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .subject(\.subject),
        .option("days", nil, \.days, .int(1...365), "of so many days"),
        .option("limit", "l", \.limit, .int(1...500), "at most so many, newest first"),
        .option("cursor", nil, \.cursor, .string("text"), "go on where the last page ended"),
    ]

    var subject: Subject?
    var days = 30
    var limit = 100
    var cursor: String?

    private static let columns: [Column<TimelineItem>] = [
        Column("created_at", "at") { .time($0.at) },
        Column("type", tone: { tone($0) }) { .string($0.type) },
        Column("description") { .string($0.description) },
        Column("user") { .optional($0.user, Value.string) },
        Column("ip_address", "address") { .optional($0.ip, Value.string) },
        Column("text") { .optional($0.text, Value.string) },
        Column("by") { .optional($0.by, Value.string) },
        Column("note") { .optional($0.note, Value.string) },
        Column("severity", isListed: false) { .optional($0.severity?.name, Value.string) },
        Column("kind", isListed: false) { .optional($0.kind, Value.string) },
        Column("verdict", isListed: false) { .optional($0.verdict, Value.string) },
        Column("rules", isListed: false) { .list($0.rules) },
        Column("object", isListed: false) { .optional($0.object, Value.string) },
        Column("incident", isListed: false) { .optional($0.incident, Value.string) },
        Column("ref", isListed: false) { .optional($0.ref, Value.string) },
        Column("id", isListed: false) { .string($0.id) },
    ]

    private static func tone(_ item: TimelineItem) -> Tone {
        switch item.type {
        case "incident": item.severity.map { SeverityName($0).tone } ?? .plain
        case "block": .bad
        case "unblock", "allow": .good
        default: item.verdict == "limit" ? .warning : .plain
        }
    }

    func run(_ context: Context) async throws -> ExitCode {
        guard let subject else { throw Failure(.usage, "a subject is missing") }
        let timeline = try await context.withOperations {
            try await $0.timeline(of: subject, days: Int64(days), limit: limit, after: cursor)
        }
        guard timeline.isKnown else {
            throw Failure(
                .notFound, "nothing is known of \(subject)", hint: "See 'sentinel incident ls' for who was flagged.")
        }
        let output = context.output
        if output.format == .human {
            let analysis = timeline.analysis
            try output.line(
                "\(subject): \(timeline.events) events in \(days) days, \(analysis.messages) messages, "
                    + "\(analysis.refused) refused, \(analysis.incidents) incidents", .strong)
            for reason in analysis.suspicionReasons { try output.line("suspicious: \(reason)", .warning) }
            if let block = timeline.block { try output.line("blocked, ref \(block.value.ref)", .bad) }
            try output.line("")
        }
        try output.list(timeline.items, Self.columns, empty: "Nothing happened.")
        if let next = timeline.next {
            try output.flush()
            context.notice("there may be more: --cursor \(next)")
        }
        return .ok
    }
}
