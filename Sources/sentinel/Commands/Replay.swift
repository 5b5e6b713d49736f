import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Feeds recorded events with their own timestamps.
struct Replay: Command {
    static let name = "replay"
    static let abstract = "Feed recorded events and see what would happen"
    static let discussion = """
        Without --live nothing of yours is touched: the events go into a namespace of their own, with a coordinator of its own, and it is removed at the end.
        """
    static let examples = [
        Example("What would the rules have done to yesterday's log?", "sentinel replay access.log.1.gz"),
        Example("Score them against labels by address", "sentinel replay access.log --labels who.csv --report"),
        Example("A chat log of whole minutes", "sentinel replay chat.csv --kind message --tick 1m"),
        Example("A made-up community into the running system", "sentinel simulate | sentinel replay - --live"),
    ]
    static let parameters: [Parameter<Self>] = [
        .flag("live", nil, \.live, "into the real namespace instead of a scratch one"),
        .flag("alerts", nil, \.alerts, "show the alerts as they come"),
        .option("format", "f", \.format, .choice("format"), "auto, jsonl, csv or access (nginx, Apache)"),
        .option("limit", "l", \.limit, .int(1...Int.max), "stop after so many events"),
        .option("labels", nil, \.labels, .file, "CSV with a column ip or user and a column label: who is what"),
        .flag("report", nil, \.report, "a table by rule: precision and recall, beside the base rules"),
        .option("kind", nil, \.kind, .string("kind"), "of CSV records that do not say: content, message, login …"),
        .option("tick", nil, \.tick, .duration, "times are cut to this: spread the events over it by chance"),
        .flag("skip-bad", nil, \.skipsBad, "leave out records that are no events, and count them"),
        .arguments("file", \.files, .file, "JSON lines, CSV or access logs, also .gz; - is stdin"),
    ]

    var files: [String] = []
    var live = false
    var alerts = false
    var format = Format.auto
    var limit: Int?
    var labels: String?
    var report = false
    var kind: String?
    var tick: Duration?
    var skipsBad = false

    /// How the recording is written.
    enum Format: String, CaseIterable, Sendable {
        /// By the name and the first line.
        case auto
        case jsonl
        case csv
        case access

        var event: EventFormat? {
            switch self {
            case .auto: nil
            case .jsonl: .jsonLines
            case .csv: .csv
            case .access: .accessLog
            }
        }
    }

    func validate() throws(ValueProblem) {
        if files.contains("-"), files.count > 1 { throw ValueProblem("- (stdin) stands alone, not beside files") }
        if files.contains("-"), tick != nil { throw ValueProblem("--tick needs a file: it looks at all of it first") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        let options = try options()
        let loop = try EventLoop(name: "replay")
        let redis = RedisConfiguration(address: try RedisAddress(parsing: context.redisURL), clientName: "sentinel")
        let client = RedisClient(redis, on: loop)
        let keys =
            live
            ? Keys(namespace: context.globals.namespace)
            : Keys(
                namespace: "\(context.globals.namespace)-replay-\(String(UInt32.random(in: .min ... .max), radix: 16))")
        let calls = Calls(client: client, keys: keys)
        let outcome: Result<ReplayRun.Summary, any Error>
        do {
            outcome = .success(try await feed(options, calls, redis, loop, context))
        } catch {
            outcome = .failure(error)
        }
        if !live { await Task { try? await Namespace(calls: calls).remove() }.value }
        await loop.stop()
        try ReplaySummary.write(try outcome.get(), to: context.output)
        return .ok
    }

    private func options() throws -> ReplayRun.Options {
        var options = ReplayRun.Options()
        options.format = format.event
        options.limit = limit
        options.defaultKind = kind
        options.skipsBadRecords = skipsBad ? true : nil
        options.tick = tick?.milliseconds
        options.judgesByBaseRules = report
        options.labels = try labels.map(LabelFile.read)
        return options
    }

    private func feed(
        _ options: ReplayRun.Options, _ calls: Calls, _ redis: RedisConfiguration, _ loop: EventLoop, _ context: Context
    ) async throws -> ReplayRun.Summary {
        let daemon = Daemon(
            keys: calls.keys, policy: nil, owner: ProcessName.unique(), redis: redis, journal: context.journal)
        let subscriber = RedisSubscriber(redis, on: loop)
        return try await withThrowingTaskGroup(of: ReplayRun.Summary?.self) { group in
            let (isReady, ready) = AsyncStream<Void>.makeStream()
            if live {
                ready.finish()
            } else {
                group.addTask {
                    try await daemon.run(on: loop) { _ in ready.finish() }
                    return nil
                }
            }
            if alerts {
                group.addTask {
                    try await AlertLines.follow(calls, subscriber, on: context.output)
                    return nil
                }
            }
            group.addTask {
                for await _ in isReady {}
                let policy = try await RedisOperations(calls).readablePolicy().policy
                var progress = context.progress("replaying", unit: "events")
                defer { progress.clear() }
                return try await ReplayRun(calls: calls, policy: policy).run(
                    paths: files, options: options
                ) { stage in
                    if case .feeding(let done, _) = stage { progress.update(done: Int64(done)) }
                }
            }
            defer { group.cancelAll() }
            while let summary = try await group.next() {
                if let summary { return summary }
            }
            throw CancellationError()
        }
    }
}
