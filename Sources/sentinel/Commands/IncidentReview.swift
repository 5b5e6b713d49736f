import SentinelCore
import SentinelEngine

/// Says what incidents turned out to be, or takes it back.
struct IncidentReview: Command {
    static let name = "incident review"
    static let abstract = "Say what incidents turned out to be"
    static let discussion = """
        What was no abuse counts no longer among the open flags of its subject; blocks stay until they are lifted. Reviews are counted per rule, which 'sentinel stats' shows. Ends with 4 if an incident is not there.
        """
    static let examples = [
        Example("Abuse indeed", "sentinel incident review i0-17 --as confirmed"),
        Example(
            "Several that were none, and why",
            "sentinel incident review i0-18 i0-19 --as false_positive --note 'school class'"),
        Example("Take it back", "sentinel incident review i0-17 --as open"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("as", nil, \.verdict, .choice("what"), "confirmed, false_positive, benign or open", required: true),
        .note(\.note, "why"),
        .by(\.by),
        .arguments("incident", \.ids, .string("id"), "ids that incident ls and alerts show"),
    ]

    /// A disposition, or none.
    enum Verdict: String, CaseIterable, Sendable {
        case confirmed
        case falsePositive = "false_positive"
        case benign
        case open
    }

    var ids: [String] = []
    var verdict: Verdict?
    var note: String?
    var by: String?

    private static let columns: [Column<ReviewChange>] = [
        Column("changed") { .int(Int64($0.changed)) },
        Column("unchanged") { .int(Int64($0.unchanged)) },
        Column("missing") { .list($0.missing) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let disposition = verdict.flatMap { Review.Disposition(rawValue: $0.rawValue) }
        let change = try await context.withOperations {
            try await $0.review(ids, as: disposition, by: context.admin(by), note: note)
        }
        if context.output.format == .human {
            let words = disposition.map { "reviewed as \($0.rawValue)" } ?? "open again"
            let rest = change.unchanged > 0 ? ", \(change.unchanged) were so before" : ""
            try context.output.say("\(change.changed) \(words)\(rest)")
            try context.output.flush()
            for id in change.missing { context.notice("there is no incident \(quoted(id))") }
        } else {
            try context.output.one(change, Self.columns)
        }
        return change.missing.isEmpty ? .ok : .notFound
    }
}
