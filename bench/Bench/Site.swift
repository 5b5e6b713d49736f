import Glibc
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// A Redis of its own as `sentinel up` starts it, and a coordinator on a loop of its own, for one measurement.
struct Site {
    let redis: PrivateRedis
    let calls: Calls
    /// The coordinator's.
    let loop: EventLoop
    private let policy: Policy
    private let coordinator: Coordinator

    /// Runs `body` with the library loaded; the coordinator rests until `work`.
    static func with<Result>(policy: Policy, body: (Site) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/sentinel-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LifecycleError("cannot make a folder in /tmp") }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let loops = (try EventLoop(name: "redis"), try EventLoop(name: "coordinator"), try EventLoop(name: "feeder"))
        let redis = PrivateRedis(folder: folder, on: loops.0, journal: .silent)
        try await redis.start()
        let site = Site(redis: redis, policy: policy, coordinator: loops.1, feeder: loops.2)
        let outcome: Swift.Result<Result, any Error>
        do {
            _ = try await LibraryLoader(client: site.calls.client, keys: site.calls.keys).load(PolicyDocument(policy))
            outcome = .success(try await body(site))
        } catch {
            outcome = .failure(error)
        }
        await loops.1.stop()
        await loops.2.stop()
        await redis.stop()
        await loops.0.stop()
        system("rm -rf \(folder)")
        return try outcome.get()
    }

    private init(redis: PrivateRedis, policy: Policy, coordinator: EventLoop, feeder: EventLoop) {
        self.redis = redis
        self.policy = policy
        loop = coordinator
        let keys = Keys(namespace: "bench")
        var configuration = redis.configuration
        configuration.requestTimeout = .seconds(30)
        calls = Calls(client: RedisClient(configuration, on: feeder), keys: keys)
        self.coordinator = Coordinator(
            Coordinator.Configuration(keys: keys, policy: PolicyDocument(policy), owner: "bench"),
            redis: redis.configuration, on: coordinator,
            journal: Journal { level, text in
                if level != .info { Bench.complain("\(level): \(text)") }
            })
    }

    /// Lets the coordinator work until the task is cancelled.
    func work() -> Task<Void, any Error> {
        Task { try await coordinator.run() }
    }

    /// Waits until the coordinator has read everything that was logged.
    func drain() async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(600)
        while try await position("STREAM", "last-generated-id") != position("GROUPS", "last-delivered-id") {
            guard clock.now < deadline else { throw LifecycleError("the coordinator does not come to the log's end") }
            try await calls.client.loop.sleep(for: .milliseconds(2))
        }
    }

    /// A field of what Redis tells of the log, or of the coordinator's group on it.
    private func position(_ what: String, _ field: String) async throws -> [UInt8]? {
        var reply = try await calls.client.call("XINFO", what, calls.keys.events)
        if what == "GROUPS" {
            guard let group = try reply.array.first else { return nil }
            reply = group
        }
        return try reply.pairs.first { $0.field == field }?.value.bytes
    }

    /// The CPU time of the coordinator's thread so far, in seconds.
    func coordinatorTime() async -> Double {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: Machine.threadTime()) }
        }
    }

    /// The CPU time of Redis so far, in seconds.
    func redisTime() async throws -> Double {
        let text = try await calls.client.call("INFO", "cpu").string
        return text.split(whereSeparator: \.isNewline).reduce(0) { sum, line in
            let parts = line.split(separator: ":")
            let isMain = parts.first == "used_cpu_user" || parts.first == "used_cpu_sys"
            return sum + (isMain ? Double(parts[1]) ?? 0 : 0)
        }
    }

    func record(_ event: Event, withTime: Bool, into pipeline: inout RedisPipeline) {
        var fields: [[UInt8]] = []
        event.appendFields(to: &fields, withTime: withTime)
        pipeline.append("FCALL", ["sentinel_record", "1", calls.keys.prefix] + fields)
    }

    /// A live event, for ``Load``.
    func append(_ event: Event, to pipeline: inout RedisPipeline) {
        record(event, withTime: false, into: &pipeline)
    }
}
