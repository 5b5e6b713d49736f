import SentinelCore
import SentinelDaemon

/// Reads policies and says everything that is wrong with them.
struct PolicyCheck: Command {
    static let name = "policy check"
    static let abstract = "Check policy files, and say all that is wrong"
    static let discussion = """
        Needs no Redis. Ends with 2 if anything is wrong; each problem has its file, line and column.
        """
    static let examples = [
        Example("Before it is applied", "sentinel policy check my.yaml"),
        Example("In a pipeline, for programs", "sentinel policy check -o json policies/*.yaml"),
    ]
    static let parameters: [Parameter<Self>] = [
        .arguments("file", \.files, .file, "policies; - is stdin")
    ]

    var files: [String] = []

    private static let columns: [Column<PolicyProblem>] = [
        Column("file") { .string($0.file) },
        Column("line") { .int(Int64($0.position.line)) },
        Column("column") { .int(Int64($0.position.column)) },
        Column("path") { .string($0.path) },
        Column("error") { .string($0.code) },
        Column("message") { .string($0.message) },
    ]

    func run(_ context: Context) async throws -> ExitCode {
        var all: [PolicyProblem] = []
        for file in files {
            do {
                let document = try PolicyFile.read(file)
                try context.output.say("\(file): \(document.policy.rules.count) rules, nothing wrong")
            } catch let found as PolicyProblems {
                for problem in found.problems { try context.output.say(problem.description) }
                if found.omitted > 0 { try context.output.say("\(file): and \(found.omitted) more") }
                all += found.problems
            }
        }
        if context.output.format != .human { try context.output.list(all, Self.columns, empty: "") }
        return all.isEmpty ? .ok : .usage
    }
}
