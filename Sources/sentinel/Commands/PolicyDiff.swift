import SentinelCore
import SentinelDaemon
import SentinelEngine

/// Says in words what a policy would change.
struct PolicyDiff: Command {
    static let name = "policy diff"
    static let abstract = "Say what a policy would change"
    static let discussion = """
        Compares a file with the policy in force, or with --against another file; without a file, the policy in force with the built-in one.
        """
    static let examples = [
        Example("Before applying it", "sentinel policy diff my.yaml"),
        Example("What is not as delivered here", "sentinel policy diff"),
        Example("Between two files, without a Redis", "sentinel policy diff new.yaml --against old.yaml"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("file", \.file, .file, "the policy that would come"),
        .option("against", nil, \.against, .file, "compare with this file instead of the policy in force"),
    ]

    var file: String?
    var against: String?

    static let columns: [Column<PolicyChange>] = [
        Column("rule") { .optional($0.rule, Value.string) },
        Column("change", clips: false) { .string($0.words) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        let new = try file.map { try PolicyFile.read($0) }
        let other = try against.map { try PolicyFile.read($0) }
        let changes: [PolicyChange]
        if let new {
            let old = if let other { other } else { try await inForce(context) }
            changes = PolicyChange.between(old.policy, new.policy)
        } else {
            let old = other ?? .standard
            changes = PolicyChange.between(old.policy, try await inForce(context).policy)
        }
        try Self.write(changes, to: context.output)
        return .ok
    }

    private func inForce(_ context: Context) async throws -> PolicyDocument {
        try await context.withOperations { try await $0.readablePolicy() }
    }

    /// One change a line for people.
    static func write(_ changes: [PolicyChange], to output: Output) throws {
        guard output.format == .human else { return try output.list(changes, columns, empty: "") }
        if changes.isEmpty { try output.line("no difference") }
        for change in changes { try output.line(change.description) }
    }
}
