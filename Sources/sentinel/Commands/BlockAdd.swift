import SentinelCore
import SentinelEngine

/// Blocks subjects by hand.
struct BlockAdd: Command {
    static let name = "block add"
    static let abstract = "Block somebody"
    static let discussion = """
        The block holds at every edge at once and ends by itself. A block that is already there is replaced. Networks must have a prefix length that the policy looks at.
        """
    static let examples = [
        Example("An address for four hours", "sentinel block add 203.0.113.7 --duration 4h"),
        Example("A network until it is lifted", "sentinel block add 198.51.100.0/24 -d permanent --reason ABUSE"),
        Example(
            "Make a user solve a challenge, and say why",
            "sentinel block add user:mallory -t challenge --note 'ticket 4711'"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("duration", "d", \.duration, .term, "how long: 90s, 10m, 4h, 7d, permanent"),
        .option("action", "t", \.action, .choice("action"), "block, challenge or throttle"),
        .option("reason", "R", \.reason, .choice("reason"), "one of"),
        .note(\.note, "for other admins"),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var duration = Term.limited(.seconds(14_400))
    var action = Block.Action.block
    var reason = Block.Reason.manual
    var note: String?
    var by: String?

    static let columns: [Column<BlockChange>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("change") { .string($0.isNew ? "added" : "changed") },
        Column("ref") { .string($0.ref) },
        Column("until", absent: "permanent") { .optional($0.until, Value.time) },
    ]

    func validate() throws(ValueProblem) {
        try duration.validate()
    }

    func run(_ context: Context) async throws -> ExitCode {
        var changes: [BlockChange] = []
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                let change = try await operations.block(
                    subject, for: duration.duration, action: action, reason: reason, by: context.admin(by), note: note)
                changes.append(change)
                let what = change.isNew ? "blocked \(change.subject)" : "changed the block of \(change.subject):"
                try context.output.say("\(what) \(duration.words) (\(reason.rawValue), ref \(change.ref))")
                return .ok
            }
        }
        if context.output.format != .human { try context.output.list(changes, Self.columns, empty: "") }
        return code
    }
}
