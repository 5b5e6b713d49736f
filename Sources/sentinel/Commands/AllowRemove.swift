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

    func run(_ context: Context) async throws -> ExitCode {
        var removal = Removal<Subject>(
            columns: ("subject", "removed"), name: \.description, done: { "ended the exemption of \($0)" },
            notThere: { "\($0) is not on the allow list" })
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let isDone = try await operations.disallow(subject, by: context.admin(by), note: note)
                return try removal.tell(subject, isDone: isDone, context)
            }
        }
        try removal.list(context)
        return code
    }
}
