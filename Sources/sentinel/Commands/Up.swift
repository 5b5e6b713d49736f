import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Everything on one machine: Redis, the coordinator and the HTTP API.
struct Up: Command {
    static let name = "up"
    static let abstract = "Start everything on this machine"
    static let discussion = """
        Starts a private redis-server with its append-only file on and a unix socket in the data folder. Every other command finds that socket by itself.
        """
    static let examples = [
        Example("Start Redis and coordinator; leave with Ctrl-C", "sentinel up"),
        Example("Keep the data elsewhere", "sentinel up --data /var/lib/sentinel"),
        Example("Show a recording through the running system, then end", "sentinel up --replay events.jsonl --once"),
        Example("Let a made-up community live in it", "sentinel simulate | sentinel up --replay -"),
    ]
    static let parameters: [Parameter<Self>] =
        [
            .policy(\.policy),
            .option("data", nil, \.data, .folder, "where Redis keeps its files; default $XDG_DATA_HOME/sentinel"),
            .option("listen", nil, \.listen, .listenAddress, "of the HTTP API; default 127.0.0.1:8787, if it is free"),
            .option("replay", nil, \.replay, .file, "feed this recording after the start; - is stdin"),
            .option("labels", nil, \.labels, .file, "with --replay: CSV with a column ip or user and a column label"),
            .flag("once", nil, \.once, "with --replay: end when it is through"),
        ] + EdgeOptions.parameters.map { $0.lifted(to: \.edge) }

    var policy: String?
    var data: String?
    var listen: ListenAddress?
    var replay: String?
    var labels: String?
    var once = false
    var edge = EdgeOptions()

    func validate() throws(ValueProblem) {
        if once, replay == nil { throw ValueProblem("--once needs --replay <file>") }
        if labels != nil, replay == nil { throw ValueProblem("--labels needs --replay <file>") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        var options = ReplayRun.Options()
        options.labels = try labels.map(LabelFile.read)
        let document = try policy.map(PolicyFile.read)
        let folder = data ?? DataFolder.path(context.environment)
        let lock = try DataFolderLock(folder: folder)
        defer { withExtendedLifetime(lock) {} }
        let journal = context.journal
        // Redis' own loop lives longest: the kernel ends the server when the loop's thread does.
        let redisLoop = try EventLoop(name: "redis")
        let loop = try EventLoop(name: "coordinator")
        let redis = PrivateRedis(folder: folder, on: redisLoop, journal: journal)
        let outcome: Result<ExitCode, any Error>
        do {
            try await redis.start()
            outcome = .success(
                try await context.withAPI(
                    at: listen, otherwise: once ? nil : .standard, redis: redis.configuration,
                    policy: document?.policy ?? .standard, edge: edge.settings(file: "\(folder)/mirror")
                ) { try await serve(context, options, document, redis: redis, loop: loop, api: $0) })
        } catch {
            outcome = .failure(error)
        }
        await loop.stop()
        await redis.stop()
        await redisLoop.stop()
        return try outcome.get()
    }

    private func serve(
        _ context: Context, _ options: ReplayRun.Options, _ document: PolicyDocument?, redis: PrivateRedis,
        loop: EventLoop, api: APIServer?
    ) async throws -> ExitCode {
        let keys = Keys(namespace: context.globals.namespace)
        var daemon = Daemon(
            keys: keys, policy: document, owner: ProcessName.unique(), redis: redis.configuration,
            journal: context.journal)
        daemon.admin = context.admin(nil)
        let calls = Calls(client: RedisClient(redis.configuration, on: loop), keys: keys)
        let alerts = RedisSubscriber(redis.configuration, on: loop)
        return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
            let (isReady, ready) = AsyncStream<Policy>.makeStream()
            group.addTask { [daemon] in
                try await daemon.run(on: loop) { policy in
                    ready.yield(policy)
                    ready.finish()
                }
                return nil
            }
            group.addTask {
                await redis.supervise()
                return nil
            }
            group.addTask {
                try await AlertLines.follow(calls, alerts, on: context.output)
                return nil
            }
            group.addTask {
                var policies = isReady.makeAsyncIterator()
                guard let policy = await policies.next() else { throw CancellationError() }
                try Task.checkCancellation()
                try announce(context, redis, api)
                guard let replay else { return nil }
                try await feed(replay, options, calls, policy, context)
                return once ? .ok : nil
            }
            defer { group.cancelAll() }
            while let code = try await group.next() {
                if let code { return code }
            }
            return .ok
        }
    }

    private func announce(_ context: Context, _ redis: PrivateRedis, _ api: APIServer?) throws {
        guard !once else { return }
        try context.output.say("Sentinel is up. Redis: unix://\(redis.socket)", .good)
        if let api { try context.output.say("HTTP API: \(api.url)", .good) }
        if replay == nil { try suggest(["record content --user ada --ip 203.0.113.7 --text hello", "watch"], context) }
        try context.output.flush()
    }

    /// Commands to go on with, as they can be typed in another terminal.
    private func suggest(_ lines: [String], _ context: Context) throws {
        let program = CommandLine.arguments.first ?? "sentinel"
        let place = data.map { " --redis unix://\($0)/redis.sock" } ?? ""
        for line in lines { try context.output.say("  \(program) \(line)\(place)") }
    }

    private func feed(
        _ path: String, _ options: ReplayRun.Options, _ calls: Calls, _ policy: Policy, _ context: Context
    ) async throws {
        var progress = context.progress("replaying", unit: "events")
        let summary = try await ReplayRun(calls: calls, policy: policy).run(paths: [path], options: options) {
            stage in
            if case .feeding(let done, _) = stage { progress.update(done: Int64(done)) }
        }
        progress.finish(done: Int64(summary.tally.total))
        try context.output.say("")
        try ReplaySummary.write(summary, to: context.output)
        guard !once else { return }
        try context.output.say("")
        try context.output.say("Block keys in Redis at this moment, as edges see them:", .strong)
        let blocks = try await calls.blocks(limit: 5)
        for block in blocks.entries {
            let left = block.remaining.map { "for another " + HumanTime.span(milliseconds: $0.milliseconds) }
            try context.output.say(
                "  \(calls.keys.namespace):block:\(block.value.subject)  \(left ?? "for good")")
        }
        let more = blocks.total - blocks.entries.count
        if more > 0 || blocks.total == 0 { try context.output.say(more > 0 ? "  and \(more) more" : "  none") }
        try context.output.say("")
        try context.output.say("It stays up; Ctrl-C ends it. In another terminal:", .strong)
        try suggest(["incident ls", "block ls", "watch --since 24h", "check message --user ada"], context)
        try context.output.flush()
    }
}
