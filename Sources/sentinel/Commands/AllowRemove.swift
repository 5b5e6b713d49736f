import SentinelCore
import SentinelEngine

/// Ends exemptions.
struct AllowRemove: Command {
    static let name = "allow rm"
    static let abstract = "End an exemption"
    static let discussion = """
        Ends with 4 if there was no such exemption.
        """
    static let examples = [
        Example("The office moved", "sentinel allow rm net:192.0.2.0/24"),
        Example("Two at once", "sentinel allow rm ip:203.0.113.7 user:tester"),
    ]
    static let parameters: [Parameter<Self>] = [
        .note(\.note),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var note: String?
    var by: String?

    private static let columns: [Column<(subject: Subject, isDone: Bool)>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("removed") { .bool($0.isDone) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        var results: [(subject: Subject, isDone: Bool)] = []
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let isDone = try await operations.disallow(subject, by: context.admin(by), note: note)
                results.append((subject, isDone))
                if isDone {
                    try context.output.say("ended the exemption of \(subject)")
                } else {
                    try context.output.flush()
                    context.notice("\(subject) is not on the allow list")
                }
                return isDone ? .ok : .notFound
            }
        }
        if context.output.format != .human { try context.output.list(results, Self.columns, empty: "") }
        return code
    }
}
