/// Coordinator and API against a Redis that is already there.
struct Run: Command {
    static let name = "run"
    static let abstract = "Run coordinator and API against your Redis"
    static let examples = [
        Example("Use the Redis of your app", "sentinel run --redis redis://127.0.0.1:6379"),
        Example("Run only the coordinator, with an own policy", "sentinel run --role coordinator --policy policy.yaml"),
        Example("Listen for the API on every address", "sentinel run --role api --listen 0.0.0.0:8787"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("role", nil, \.role, .choice("role"), "all, api or coordinator"),
        .option("listen", nil, \.listen, .string("address"), "where the HTTP API listens"),
        .option("policy", "p", \.policy, .file, "the policy (YAML) to apply; without it the one in Redis"),
    ]

    var role = Role.all
    var listen = "127.0.0.1:8787"
    var policy: String?

    /// Which half of the daemon this process is.
    enum Role: String, CaseIterable, Sendable {
        case all
        case api
        case coordinator
    }

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
