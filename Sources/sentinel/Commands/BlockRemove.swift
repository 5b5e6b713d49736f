import SentinelCore
import SentinelEngine

/// Lifts blocks.
struct BlockRemove: Command {
    static let name = "block rm"
    static let abstract = "Lift a block"
    static let discussion = """
        What was seen before does not count again: the same old evidence cannot bring the block back. Ends with 4 if there was no such block.
        """
    static let examples = [
        Example("Let an address in again", "sentinel block rm 203.0.113.7"),
        Example(
            "Two at once, with a word for the audit log", "sentinel block rm user:alice user:bob --note 'false alarm'"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var note: String?
    var by: String?

    func run(_ context: Context) async throws -> ExitCode {
        var removal = Removal<Subject>(
            columns: ("subject", "lifted"), name: \.description, done: { "lifted the block of \($0)" },
            notThere: { "\($0) is not blocked" })
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let isDone = try await operations.unblock(subject, by: context.admin(by), note: note)
                return try removal.tell(subject, isDone: isDone, context)
            }
        }
        try removal.list(context)
        return code
    }
}
