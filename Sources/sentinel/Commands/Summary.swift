import SentinelCore
import SentinelEngine

/// Shows what is known of a subject.
struct Summary: Command {
    static let name = "summary"
    static let abstract = "Show what is known of a subject"
    static let discussion = """
        Scores, activity of the last week, open incidents, and the block that stands. Ends with 4 if nothing is known.
        """
    static let examples = [
        Example("A user", "sentinel summary user:mallory"),
        Example("An address, for a script", "sentinel summary 203.0.113.7 -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .subject(\.subject),
        .option("at", nil, \.at, .time, "scores as of then: 2h (ago), a date, ISO 8601"),
    ]

    var subject: Subject?
    var at: TimePoint?

    func run(_ context: Context) async throws -> ExitCode {
        let summary = try await context.summary(of: subject, at: at)
        try context.output.one(summary, SummaryColumns.all)
        return .ok
    }
}
