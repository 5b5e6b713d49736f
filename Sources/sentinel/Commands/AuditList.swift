import SentinelCore
import SentinelEngine

/// Lists what was changed, and by whom.
struct AuditList: Command {
    static let name = "audit ls"
    static let abstract = "List who changed what"
    static let examples = [
        Example("The newest changes", "sentinel audit ls"),
        Example("What one admin did this week", "sentinel audit ls --by admin:ada --since 7d"),
        Example("Who lifted this block, and why", "sentinel audit ls --what unblock --subject user:eve"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("by", nil, \.by, .string("who"), "only by sentinel or by admin:<name>"),
        .option("what", nil, \.what, .string("word"), "only this: block, unblock, allow, review, policy …"),
        .option("subject", nil, \.subject, .subject, "only about this subject"),
        .option("cursor", nil, \.cursor, .string("text"), "go on where the last page ended"),
        .since(\.since),
        .until(\.until),
        .limit(\.limit),
    ]

    var by: String?
    var what: String?
    var subject: Subject?
    var cursor: String?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 50

    private static let columns: [Column<AuditEntry>] = [
        Column("n") { .int($0.number) },
        Column("at") { .time($0.at) },
        Column("by") { .string($0.by) },
        Column("what", tone: { _ in .strong }) { .string($0.what) },
        Column("subject", clips: false) { .string($0.subject) },
        Column("note") { .string($0.note) },
        Column("after") { .string($0.after) },
        Column("before", isListed: false) { .string($0.before) },
        Column("prev", isListed: false) { .string($0.previous) },
        Column("hash", isListed: false) { .string($0.hash) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let filter = AuditFilter(
            by: by, what: what, subject: subject?.description, written: context.range(since: since, until: until))
        let page = try await context.withOperations {
            try await $0.auditEntries(filter, limit: limit, after: cursor)
        }
        try context.output.list(page.entries, Self.columns, empty: "No changes.")
        if let next = page.next {
            try context.output.flush()
            context.notice("there may be more: --cursor \(next)")
        }
        return .ok
    }
}
