import SentinelCore
import SentinelEngine

/// Lists blocks that were set and lifted.
struct BlockHistoryCommand: Command {
    static let name = "block history"
    static let abstract = "List blocks that were set and lifted"
    static let discussion = """
        As far back as the audit log goes, newest first. What was imported together stays together.
        """
    static let examples = [
        Example("The newest changes", "sentinel block history"),
        Example("What one admin did today", "sentinel block history --by admin:ada --since 24h"),
        Example("Of one address", "sentinel block history --subject 203.0.113.7 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("subject", nil, \.subject, .subject, "only of this subject"),
        .option("by", nil, \.by, .string("who"), "only by sentinel or by admin:<name>"),
        .option("cursor", nil, \.cursor, .string("text"), "go on where the last page ended"),
        .since(\.since),
        .until(\.until),
        .option("limit", "l", \.limit, .int(1...500), "about so many, newest first"),
    ]

    var subject: Subject?
    var by: String?
    var cursor: String?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 50

    private static let columns: [Column<BlockRecord>] = [
        Column("at") { .time($0.at) },
        Column("change", tone: { $0.change == .lifted ? .good : .plain }) { .string($0.change.rawValue) },
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("by") { .string($0.by) },
        Column("reason") { .optional($0.block?.reason, Value.string) },
        Column("is_active", "stands") { .bool($0.isActive) },
        Column("until", absent: "-") { .optional($0.block?.until, Value.time) },
        Column("note") { .optional($0.note, Value.string) },
        Column("ref", clips: false) { .string($0.ref) },
        Column("action", isListed: false) { .optional($0.block?.action.rawValue, Value.string) },
        Column("rule", isListed: false) { .optional($0.block?.rule, Value.string) },
        Column("incident", isListed: false) { .optional($0.block?.incident, Value.string) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let history = try await context.withOperations {
            try await $0.blockHistory(
                of: subject, by: by, written: context.range(since: since, until: until), limit: limit, after: cursor)
        }
        try context.output.list(history.records, Self.columns, empty: "No blocks were set or lifted.")
        if let next = history.next {
            try context.output.flush()
            context.notice("there may be more: --cursor \(next)")
        }
        return .ok
    }
}
