import SentinelCore
import SentinelEngine

/// Exempts subjects from blocks.
struct AllowAdd: Command {
    static let name = "allow add"
    static let abstract = "Never block somebody"
    static let discussion = """
        An exemption goes before every block and limit, and lifts the block that stands.
        """
    static let examples = [
        Example("Your office", "sentinel allow add net:192.0.2.0/24 --note office"),
        Example("A load test, for two hours", "sentinel allow add 203.0.113.7 --duration 2h"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("duration", "d", \.duration, .term, "how long: 90s, 10m, 4h, 7d, permanent"),
        .note(\.note, "for other admins"),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var duration = Term.permanent
    var note: String?
    var by: String?

    private static let columns: [Column<ExemptionChange>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("until", absent: "permanent") { .optional($0.until, Value.time) },
        Column("lifted_block") { .bool($0.liftedBlock) },
    ]

    func validate() throws(ValueProblem) {
        try duration.validate()
    }

    func run(_ context: Context) async throws -> ExitCode {
        var changes: [ExemptionChange] = []
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let change = try await operations.allow(
                    subject, for: duration.duration, by: context.admin(by), note: note)
                changes.append(change)
                let lifted = change.liftedBlock ? " and lifted the block" : ""
                try context.output.say("allowed \(change.subject) \(duration.words)\(lifted)")
                return .ok
            }
        }
        if context.output.format != .human { try context.output.list(changes, Self.columns, empty: "") }
        return code
    }
}
