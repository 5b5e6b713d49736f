import SentinelCore
import SentinelEngine

/// Prints the policy that holds.
struct PolicyShow: Command {
    static let name = "policy show"
    static let abstract = "Print the rules that hold"
    static let discussion = """
        Ends with 1 if Redis runs another policy than this program knows, and with 4 if there is no such rule.
        """
    static let examples = [
        Example("The rules in force", "sentinel policy show"),
        Example("One rule", "sentinel policy show --rule bot_behavior -o json"),
        Example("The built-in rules, without a Redis", "sentinel policy show --builtin"),
        Example("Exactly what is loaded into Redis, for auditors", "sentinel policy show --library"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("rule", nil, \.rule, .string("id"), "only this rule"),
        .flag("builtin", nil, \.builtin, "the built-in policy instead of the one in Redis"),
        .flag("library", nil, \.library, "the function library with the built-in policy, as it is loaded"),
    ]

    var rule: String?
    var builtin = false
    var library = false

    private static let columns: [Column<Rule>] = [
        Column("id", clips: false) { .string($0.id) },
        Column("module") { .string($0.module.rawValue) },
        Column("severity", tone: { SeverityName($0.severity).tone }) { .string(SeverityName($0.severity).rawValue) },
        Column("watches") { .string($0.watchedInWords) },
        Column("then") { .string($0.outcomeInWords(under: .standard)) },
        Column("mode", isListed: false) { .string($0.mode.rawValue) },
    ]

    func validate() throws(ValueProblem) {
        if library, rule != nil { throw ValueProblem("--library is one text; it does not go with --rule") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let policy = Policy.standard
        if library {
            try context.output.write(LibrarySource.text(for: policy))
            return .ok
        }
        if !builtin { try await checkInForce(policy, context) }
        guard let rule else {
            try context.output.list(policy.rules, Self.columns, empty: "No rules.")
            try context.output.say(policy.openFlagsInWords)
            return .ok
        }
        guard let found = policy.rule(rule) else {
            let meant = Suggestion.nearest(to: rule, among: policy.rules.map(\.id)).map { "Did you mean '\($0)'?" }
            throw Failure(.notFound, "there is no rule \(quoted(rule))", hint: meant)
        }
        try context.output.one(found, Self.columns)
        return .ok
    }

    /// Only the hash of what Redis runs can be asked, so only a policy that this program has can be shown.
    private func checkInForce(_ policy: Policy, _ context: Context) async throws {
        let info = try await context.withRedis { session in
            try await LibraryLoader(client: session.calls.client, keys: session.calls.keys).info()
        }
        guard let info else {
            throw Failure(
                .failure, "no policy is in force: the function library is not loaded",
                hint: "'sentinel up' and 'sentinel run' load it; --builtin shows the rules of this program.")
        }
        guard info.policyHash == PolicyCompiler.hash(of: policy) else {
            throw Failure(
                .failure, "Redis runs another policy (\(info.policyHash)) than this program knows",
                hint: "--builtin shows the rules of this program.")
        }
    }
}
