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
        Goes by the policy that Redis has, or loads the built-in one if it has none; --policy applies another. Works until it is stopped. Start several for safety: one works, the others take over within seconds. With a mirror in a file it begins without Redis too, and answers proxies.
        """
    static let examples = [
        Example("Use the Redis of your app", "sentinel run --redis redis://127.0.0.1:6379"),
        Example("With the HTTP API", "sentinel run --redis redis://127.0.0.1:6379 --listen 127.0.0.1:8787"),
        Example("Beside another Sentinel in the same Redis", "sentinel run --namespace forum"),
    ]
    static let parameters: [Parameter<Self>] =
        [
            .policy(\.policy),
            .option("lease", nil, \.lease, .duration, "a dead coordinator is replaced after this long; 100ms to 10m"),
            .option("listen", nil, \.listen, .listenAddress, "serve the HTTP API here: 127.0.0.1:8787, unix:/path"),
        ] + EdgeOptions.parameters.map { $0.lifted(to: \.edge) }

    var policy: String?
    var lease = Duration.seconds(3)
    var listen: ListenAddress?
    var edge = EdgeOptions()

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
            journal: context.journal)
        daemon.leaseTime = lease
        daemon.admin = context.admin(nil)
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(
                try await context.withAPI(
                    at: listen, redis: daemon.redis, policy: document?.policy ?? .standard, edge: edge.settings()
                ) { [daemon] api in
                    if let api { context.notice("HTTP API at \(api.url)") }
                    // Proxies are answered from the file of the mirror: no reason to end for want of Redis.
                    let isPatient = await api?.hadMirror ?? false
                    if isPatient { ServiceManager.notify("READY=1") }
                    try await work(daemon, on: loop, context, isPatient: isPatient)
                })
        } catch {
            outcome = .failure(error)
        }
        ServiceManager.notify("STOPPING=1")
        await loop.stop()
        try outcome.get()
        return .ok
    }

    /// - Parameter isPatient: whether to wait for a Redis that is not there at the start.
    private func work(_ daemon: Daemon, on loop: EventLoop, _ context: Context, isPatient: Bool) async throws {
        var wasTold = false
        while true {
            do {
                return try await daemon.run(on: loop) { _ in
                    ServiceManager.notify("READY=1")
                    context.notice("coordinator of namespace \(context.globals.namespace) at work; Ctrl-C ends it")
                }
            } catch let error as RedisError where isPatient && error.isRetriable {
                if !wasTold { context.notice("proxies are answered from the mirror until Redis is there: \(error)") }
                wasTold = true
                try await loop.sleep(for: .seconds(1))
            }
        }
    }
}
