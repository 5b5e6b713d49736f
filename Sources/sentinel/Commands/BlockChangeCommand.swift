import SentinelCore
import SentinelEngine

/// Changes a block that stands.
struct BlockChangeCommand: Command {
    static let name = "block change"
    static let abstract = "Change a block that stands"
    static let discussion = """
        What is not given stays as it was. Ends with 4 if there is no such block.
        """
    static let examples = [
        Example("Until it is lifted", "sentinel block change 203.0.113.7 --duration permanent"),
        Example("Another reason, and why", "sentinel block change user:mallory --reason FRAUD --note 'ticket 4711'"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("duration", "d", \.duration, .term, "how long from now: 90s, 10m, 4h, 7d, permanent"),
        .option("action", "t", \.action, .choice("action"), "block, challenge or throttle"),
        .option("reason", "R", \.reason, .choice("reason"), "ABUSE, MALICIOUS_CONTENT, SPAM, FRAUD or MANUAL"),
        .note(\.note, "for other admins"),
        .by(\.by),
        .subjects(\.subjects),
    ]

    var subjects: [Subject] = []
    var duration: Term?
    var action: Block.Action?
    var reason: Block.Reason?
    var note: String?
    var by: String?

    func validate() throws(ValueProblem) {
        try duration?.validate()
        if duration == nil, action == nil, reason == nil, note == nil {
            throw ValueProblem("change what? Give --duration, --action, --reason or --note")
        }
    }

    func run(_ context: Context) async throws -> ExitCode {
        var edit = BlockEdit()
        edit.term = duration.map { $0.duration.map { .limited($0) } ?? .permanent }
        edit.action = action
        edit.reason = reason
        edit.note = note
        var changes: [BlockChange] = []
        let code = try await context.withOperations { operations in
            try await context.forEach(subjects) { subject in
                guard let change = try await operations.changeBlock(subject, edit, by: context.admin(by)) else {
                    try context.output.flush()
                    context.notice("\(subject) is not blocked")
                    return .notFound
                }
                changes.append(change)
                try context.output.say("changed the block of \(change.subject) (ref \(change.ref))")
                return .ok
            }
        }
        if context.output.format != .human { try context.output.list(changes, BlockAdd.columns, empty: "") }
        return code
    }
}
