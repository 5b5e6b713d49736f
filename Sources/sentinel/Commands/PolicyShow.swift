import SentinelCore
import SentinelEngine

/// Prints the policy that holds.
struct PolicyShow: Command {
    static let name = "policy show"
    static let abstract = "Print the rules that hold"
    static let discussion = """
        With -o raw it is the YAML as it was applied. Ends with 4 if there is no such rule.
        """
    static let examples = [
        Example("The rules in force", "sentinel policy show"),
        Example("One rule", "sentinel policy show --rule bot_behavior -o json"),
        Example("The built-in policy as a start for your own", "sentinel policy show --default -o raw > my.yaml"),
        Example("Exactly what is loaded into Redis, for auditors", "sentinel policy show --library"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("rule", nil, \.rule, .string("id"), "only this rule"),
        .flag("default", nil, \.isDefault, "the built-in policy instead of the one in Redis"),
        .flag("library", nil, \.showsLibrary, "the function library with the built-in policy, as it is loaded"),
    ]

    var rule: String?
    var isDefault = false
    var showsLibrary = false

    private static func columns(_ policy: Policy) -> [Column<Rule>] {
        [
            Column("id", clips: false) { .string($0.id) },
            Column("module") { .string($0.module.rawValue) },
            Column("severity", tone: { SeverityName($0.severity).tone }) {
                .string(SeverityName($0.severity).rawValue)
            },
            Column("watches") { .string($0.watchedInWords) },
            Column("then") { .string($0.outcomeInWords(under: policy)) },
            Column("mode", isListed: false) { .string($0.mode.rawValue) },
        ]
    }

    func validate() throws(ValueProblem) {
        if showsLibrary, rule != nil { throw ValueProblem("--library is one text; it does not go with --rule") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        if showsLibrary {
            try context.output.write(LibrarySource.text(for: .standard))
            return .ok
        }
        if context.output.format == .raw, rule == nil {
            // The whole file, be it one that only a newer program understands.
            try await context.output.write(String(decoding: source(context).yaml, as: UTF8.self))
            return .ok
        }
        let policy =
            isDefault ? Policy.standard : try await context.withOperations { try await $0.readablePolicy().policy }
        guard let rule else {
            try context.output.list(policy.rules, Self.columns(policy), empty: "No rules.")
            try context.output.say(policy.openFlagsInWords)
            return .ok
        }
        guard let found = policy.rule(rule) else {
            let meant = Suggestion.nearest(to: rule, among: policy.rules.map(\.id)).map { "Did you mean '\($0)'?" }
            throw Failure(.notFound, "there is no rule \(quoted(rule))", hint: meant)
        }
        try context.output.one(found, Self.columns(policy))
        return .ok
    }

    private func source(_ context: Context) async throws -> PolicySource {
        if isDefault { return PolicyDocument.standard.source }
        return try await context.withOperations { operations in
            if let source = try await operations.policyInForce()?.source { return source }
            return try await operations.readablePolicy().source
        }
    }
}
