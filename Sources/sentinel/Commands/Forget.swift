import SentinelCore
import SentinelEngine

/// Erases what is known of a subject.
struct Forget: Command {
    static let name = "forget"
    static let abstract = "Erase what is known of a subject"
    static let discussion = """
        Counts, histories, events, incidents, alerts, block and exemption: everything but the audit log, which keeps what was done, and what others are known for. It cannot be undone.
        """
    static let examples = [
        Example("Somebody asked for it", "sentinel forget user:alice --note 'ticket 4711'"),
        Example("An address", "sentinel forget 203.0.113.7"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var note: String?
    var by: String?

    private static let columns: [Column<(subject: Subject, erased: Int)>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("erased") { .int(Int64($0.erased)) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        var results: [(subject: Subject, erased: Int)] = []
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let erased = try await operations.forget(subject, by: context.admin(by), note: note)
                results.append((subject, erased))
                try context.output.say("erased \(subject): \(erased) keys and entries")
                return .ok
            }
        }
        if context.output.format != .human { try context.output.list(results, Self.columns, empty: "") }
        return code
    }
}
