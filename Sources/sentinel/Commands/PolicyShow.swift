/// Prints the policy that holds.
struct PolicyShow: Command {
    static let name = "policy show"
    static let abstract = "Print the policy that holds"
    static let examples = [
        Example("The whole policy", "sentinel policy show"),
        Example("One rule", "sentinel policy show --rule bot_behavior"),
        Example("A start for a policy of your own", "sentinel policy show --builtin > policy.yaml"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("rule", nil, \.rule, .string("id"), "only this rule"),
        .flag("builtin", nil, \.builtin, "the built-in policy instead of the one in Redis"),
    ]

    var rule: String?
    var builtin = false

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
