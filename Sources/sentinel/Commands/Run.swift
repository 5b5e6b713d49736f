import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// The coordinator against a Redis that is already there.
struct Run: Command {
    static let name = "run"
    static let abstract = "Run the coordinator against your Redis"
    static let discussion = """
        Goes by the policy that Redis has, or loads the built-in one if it has none; --policy applies another. Works until it is stopped. Start several for safety: one works, the others take over within seconds.
        """
    static let examples = [
        Example("Use the Redis of your app", "sentinel run --redis redis://127.0.0.1:6379"),
        Example("With the HTTP API", "sentinel run --redis redis://127.0.0.1:6379 --listen 127.0.0.1:8787"),
        Example("Beside another Sentinel in the same Redis", "sentinel run --namespace forum"),
    ]
    static let parameters: [Parameter<Self>] = [
        .policy(\.policy),
        .option("lease", nil, \.lease, .duration, "a dead coordinator is replaced after this long; 100ms to 10m"),
        .option("listen", nil, \.listen, .listenAddress, "serve the HTTP API here: 127.0.0.1:8787, unix:/path"),
        .logFormat(\.log.format),
        .logLevel(\.log.level),
    ]

    var policy: String?
    var log = LogOptions()
    var lease = Duration.seconds(3)
    var listen: ListenAddress?

    func validate() throws(ValueProblem) {
        guard lease >= .milliseconds(100), lease <= .seconds(600) else {
            throw ValueProblem("--lease is \(DurationText.show(lease)); it can be 100ms to 10m")
        }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let document = try policy.map(PolicyFile.read)
        let loop = try EventLoop(name: "coordinator")
        var daemon = Daemon(
            keys: Keys(namespace: context.globals.namespace), policy: document, owner: ProcessName.unique(),
            redis: RedisConfiguration(address: try RedisAddress(parsing: context.redisURL), clientName: "sentinel"),
            journal: context.journal(log))
        daemon.leaseTime = lease
        daemon.admin = context.admin(nil)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(
                try await context.withAPI(
                    at: listen, redis: daemon.redis, policy: document?.policy ?? .standard,
                    instruments: daemon.instruments, journal: daemon.journal
                ) { [daemon] api in
                    if let api { daemon.journal.info("HTTP API at \(api.url)") }
                    try await daemon.run(on: loop) { _ in
                        daemon.journal.info(
                            "coordinator of namespace \(context.globals.namespace) at work; Ctrl-C ends it")
                    }
                })
        } catch {
            outcome = .failure(error)
        }
        await loop.stop()
        try outcome.get()
        return .ok
    }
}
