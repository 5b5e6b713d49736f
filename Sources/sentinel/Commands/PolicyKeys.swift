import SentinelCore

/// Prints every key that a policy can have.
struct PolicyKeys: Command {
    static let name = "policy keys"
    static let abstract = "Print every key that a policy can have"
    static let discussion = """
        As Markdown: the value, the default and the meaning of each. Needs no Redis.
        """
    static let examples = [
        Example("Look something up", "sentinel policy keys | less"),
        Example("Keep it beside your policy", "sentinel policy keys > policy-keys.md"),
    ]
    static let parameters: [Parameter<Self>] = []

    func run(_ context: Context) async throws -> ExitCode {
        try context.output.write(PolicyReference.markdown)
        return .ok
    }
}
