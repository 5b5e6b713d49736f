/// Everything on one machine: Redis, coordinator and API.
struct Up: Command {
    static let name = "up"
    static let abstract = "Start everything on this machine"
    static let discussion = """
        Starts a private redis-server with its append-only file on and a unix socket in the data folder. Every other command finds that socket by itself.
        """
    static let examples = [
        Example("Start Redis, coordinator and API; leave with Ctrl-C", "sentinel up"),
        Example(
            "Keep the data elsewhere and use a policy of your own",
            "sentinel up --data /var/lib/sentinel --policy policy.yaml"),
        Example("Show a recording through the running system, then end", "sentinel up --replay events.jsonl --once"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("data", nil, \.data, .folder, "where Redis keeps its files; default $XDG_DATA_HOME/sentinel"),
        .option("listen", nil, \.listen, .string("address"), "where the HTTP API listens"),
        .option("policy", "p", \.policy, .file, "the policy (YAML); without it the built-in one"),
        .option("replay", nil, \.replay, .file, "feed this recording after the start"),
        .flag("once", nil, \.once, "with --replay: end when it is through"),
    ]

    var data: String?
    var listen = "127.0.0.1:8787"
    var policy: String?
    var replay: String?
    var once = false

    func validate() throws(ValueProblem) {
        if once, replay == nil { throw ValueProblem("--once needs --replay <file>") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
