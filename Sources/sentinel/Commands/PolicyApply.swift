import SentinelCore
import SentinelDaemon
import SentinelEngine

/// Makes a policy the one of every client and coordinator.
struct PolicyApply: Command {
    static let name = "policy apply"
    static let abstract = "Make a policy the one in force"
    static let discussion = """
        Every client goes by it at once, coordinators within a batch; what both policies count keeps its counts. A policy with anything wrong in it changes nothing (exit code 2), and neither does one on a Redis that a newer sentinel has loaded.
        """
    static let examples = [
        Example("For every client at once", "sentinel policy apply my.yaml"),
        Example("Say who did it", "sentinel policy apply my.yaml --by ada"),
        Example("Back to the built-in policy", "sentinel policy apply --default"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("file", \.file, .file, "the policy; - is stdin"),
        .flag("default", nil, \.isDefault, "the built-in policy instead of a file"),
        .by(\.by),
    ]

    var file: String?
    var isDefault = false
    var by: String?

    func validate() throws(ValueProblem) {
        guard (file != nil) != isDefault else { throw ValueProblem("give a policy file, or --default") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let document = try file.map { try PolicyFile.read($0) } ?? .standard
        let name = by == nil ? ProcessName.atHost(context.admin(nil)) : context.admin(by)
        let application = try await context.withOperations { try await $0.applyPolicy(document, by: name) }
        switch application.outcome {
        case .newer(let version):
            throw Failure(
                .failure,
                "Redis runs function library \(version), this program has \(LibrarySource.version); nothing was changed",
                hint: "Use the newer sentinel.")
        case .current:
            try context.output.say("This policy is in force already.")
            if context.output.format != .human { try PolicyDiff.write([], to: context.output) }
        case .loaded:
            try PolicyDiff.write(application.changes, to: context.output)
            try context.output.say("In force: policy \(application.hash)", .good)
        }
        return .ok
    }
}
