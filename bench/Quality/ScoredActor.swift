import Glibc
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// A labelled actor of a recording, and what the whole system made of it.
struct ScoredActor: Sendable {
    var label: String
    var isAbuser: Bool
    /// The highest score it ever had.
    var score: Double
    var rules: Set<String>
    /// 0 or 1, by a hash of its name.
    var half: Int

    /// Replays a recording through a Redis of its own, and looks its actors up.
    static func replay(_ recording: Recording) async throws -> [ScoredActor] {
        var template = Array("/tmp/sentinel-quality-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw LifecycleError("cannot make a folder in /tmp") }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer { system("rm -rf \(folder)") }
        let loop = try EventLoop(name: "redis")
        let redis = PrivateRedis(folder: folder, on: loop, journal: .silent)
        try await redis.start()
        let outcome: Result<[ScoredActor], any Error>
        do { outcome = .success(try await replay(recording, redis.configuration)) } catch { outcome = .failure(error) }
        await redis.stop()
        await loop.stop()
        return try outcome.get()
    }

    private static func replay(_ recording: Recording, _ redis: RedisConfiguration) async throws -> [ScoredActor] {
        let loop = try EventLoop(name: "replay")
        let calls = Calls(client: RedisClient(redis, on: loop), keys: Keys(namespace: "quality"))
        let policy = Policy.standard
        let daemon = Daemon(
            keys: calls.keys, policy: PolicyDocument(policy), owner: "quality", redis: redis,
            journal: Journal { level, text in if level == .error { print("\(level): \(text)") } })
        let (isReady, ready) = AsyncStream<Void>.makeStream()
        let work = Task { try await daemon.run(on: loop) { _ in ready.finish() } }
        for await _ in isReady {}
        var options = ReplayRun.Options()
        options.tick = recording.tick
        options.labels = recording.labels
        options.defaultKind = recording.kind
        options.skipsBadRecords = true
        _ = try await ReplayRun(calls: calls, policy: policy).run(paths: [recording.path], options: options) { _ in }
        let actors = try await lookUp(try subjects(of: recording), calls)
        work.cancel()
        _ = try? await work.value
        await calls.client.close()
        await loop.stop()
        return actors
    }

    /// The labelled actors of a recording.
    private static func subjects(of recording: Recording) throws -> [Subject: String] {
        let reader = try RecordingReader(path: recording.path, skipsBadRecords: true)
        var labels: [Subject: String] = [:]
        while let events = try reader.nextBatch() {
            for event in events {
                guard let label = recording.labels?.label(of: event) ?? event.label else { continue }
                if let user = event.user {
                    labels[try Subject(type: "user", id: user)] = label
                } else if let address = event.ip.flatMap({ try? IPAddress(parsing: $0) }) {
                    labels[Subject(counting: address, ipv6PrefixLength: Policy.standard.subjectPrefix6)] = label
                }
            }
        }
        return labels
    }

    private static func lookUp(_ subjects: [Subject: String], _ calls: Calls) async throws -> [ScoredActor] {
        var actors: [ScoredActor] = []
        for (subject, label) in subjects {
            let isAbuser: Bool
            switch GroundTruth.Label(label) {
            case .unlabelled: continue
            case .honest: isAbuser = false
            case .offender: isAbuser = true
            }
            let reply = try await calls.client.call("GET", calls.keys.suspicion(subject))
            var suspicion = Suspicion()
            if case .bulk(let bytes) = reply { suspicion = try Suspicion(decoding: bytes) }
            actors.append(
                ScoredActor(
                    label: label, isAbuser: isAbuser, score: suspicion.highest,
                    rules: Set(suspicion.reasons.map(\.rule)), half: Int(StableHash.of(subject.bytes) & 1)))
        }
        return actors
    }
}
