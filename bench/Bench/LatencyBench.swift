import Glibc
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// A steady stream of events, some of which earn a block: first posts within a second of the account's creation.
///
/// Measured is the time from the moment when the client has the answer to the event until it hears of the block. Redis
/// sends that news in the call that sets the block's key, so the key stands a little earlier than it is measured.
struct LatencyBench {
    private let options: Options
    private let clock = ContinuousClock()

    init(_ options: Options) {
        self.options = options
    }

    func run() async throws -> Report {
        try await Site.with(policy: .standard) { site in
            var report = Report(
                "latency: answer to block, \(options.rate) events/s for \(options.seconds) s, "
                    + "\(options.blocks) blocks/s")
            let pings = try await ping(site)
            let listener = try EventLoop(name: "listener")
            let news = RedisSubscriber(site.redis.configuration, on: listener, bufferCount: 100_000)
            try await news.subscribe(to: site.calls.keys.blocks)
            let heard = Task { await listen(to: news) }
            let work = site.work()
            let feeder = Feeder(site: site, options: options)
            try await feeder.warmUp()
            try await site.drain()
            let before = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            let ticks = Machine.Ticks.now
            try await feeder.run()
            try await site.drain()
            let after = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            try await site.calls.client.loop.sleep(for: .milliseconds(100))
            await news.close()
            let blocked = await heard.value
            work.cancel()
            try await work.value
            await listener.stop()

            let answered = await feeder.answered
            let count = Double(options.rate * options.seconds)
            let delays = answered.compactMap { user, at in blocked[user].map { (at.duration(to: $0)).inSeconds } }
            guard delays.count == answered.count else { throw Missing(count: answered.count - delays.count) }
            let distribution = Distribution(delays)
            report.add("answer to block", distribution)
            report.add("blocks", Double(delays.count), "")
            report.add("answer (\(feeder.piece) events)", Distribution(await feeder.answers))
            report.add("late starts", Distribution(await feeder.lateness))
            report.add("PING", pings)
            report.add("block to PING, p50", distribution.quantile(0.5) / pings.quantile(0.5), "x")
            report.add("CPU of the coordinator", (after.own - before.own) / count * 1e6, "us/event")
            report.add("CPU of Redis", (after.redis - before.redis) / count * 1e6, "us/event")
            report.addLoad(since: ticks)
            return report
        }
    }

    private struct Missing: Error, CustomStringConvertible {
        let count: Int
        var description: String { "\(count) blocks are missing" }
    }

    /// The machine's own measure: a round trip to the same Redis.
    private func ping(_ site: Site) async throws -> Distribution {
        var times: [Double] = []
        for _ in 0..<2000 {
            let begin = clock.now
            _ = try await site.calls.client.call("PING")
            times.append(begin.duration(to: clock.now).inSeconds)
        }
        return Distribution(times)
    }

    /// When each user's block was heard of.
    private func listen(to news: RedisSubscriber) async -> [String: ContinuousClock.Instant] {
        var heard: [String: ContinuousClock.Instant] = [:]
        for await push in news.pushes {
            guard case .message(let message) = push else { continue }
            let now = clock.now
            guard let subject = (try? JSONReader.read(message.payload))?["subject"]?.text else { continue }
            heard[subject] = now
        }
        return heard
    }
}

/// Sends events at a steady rate, a piece each millisecond, whatever becomes of those before: an open loop, so that a slow
/// answer does not lower the load.
private actor Feeder {
    let piece: Int
    /// When each event that earns a block was answered.
    private(set) var answered: [String: ContinuousClock.Instant] = [:]
    private(set) var answers: [Double] = []
    /// How much later than planned the pieces were sent.
    private(set) var lateness: [Double] = []

    private static let users = 20_000
    private let site: Site
    private let options: Options
    private let clock = ContinuousClock()
    private var random = SeededGenerator(seed: 5)
    private var strangers = 0

    init(site: Site, options: Options) {
        self.site = site
        self.options = options
        piece = max(1, options.rate / 1000)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { site.calls.client.loop.asUnownedSerialExecutor() }

    func run() async throws {
        let begin = clock.now
        let pieces = options.rate * options.seconds / piece
        let step = Duration.seconds(1) * piece / options.rate
        let piecesPerBlock = max(1, options.rate / piece / options.blocks)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<pieces {
                let due = begin + step * number
                if clock.now < due { try await site.calls.client.loop.sleep(for: clock.now.duration(to: due)) }
                lateness.append(max(0, due.duration(to: clock.now).inSeconds))
                let earnsBlock = number % piecesPerBlock == piecesPerBlock - 1
                group.addTask { try await self.send(earnsBlock: earnsBlock) }
            }
            try await group.waitForAll()
        }
    }

    /// Everybody has been there before: one login each.
    func warmUp() async throws {
        for start in stride(from: 0, to: Self.users, by: 200) {
            var pipeline = RedisPipeline()
            for user in start..<start + 200 { site.record(event("login", user), withTime: false, into: &pipeline) }
            for reply in try await site.calls.client.send(pipeline) { _ = try reply.orThrow() }
        }
    }

    private func send(earnsBlock: Bool) async throws {
        var pipeline = RedisPipeline()
        for _ in 0..<(earnsBlock ? piece - 1 : piece) { site.record(ordinary(), withTime: false, into: &pipeline) }
        var user: String?
        if earnsBlock {
            strangers += 1
            user = "user:stranger-\(strangers)"
            site.record(stranger(), withTime: false, into: &pipeline)
        }
        let begin = clock.now
        let replies = try await site.calls.client.send(pipeline)
        let end = clock.now
        for reply in replies { _ = try reply.orThrow() }
        answers.append(begin.duration(to: end).inSeconds)
        if let user { answered[user] = end }
    }

    private func ordinary() -> Event {
        let kind = ["content", "message", "read", "login"][random.index(below: 4)]
        return event(kind, random.index(below: Self.users))
    }

    private func event(_ kind: String, _ user: Int) -> Event {
        Event(
            kind: kind, user: Array("user-\(user)".utf8), ip: Array("10.0.\(user / 256).\(user % 256)".utf8),
            text: kind == "content" || kind == "message" ? words() : nil)
    }

    private func words() -> [UInt8] {
        (0..<80).map { _ in UInt8(97 + random.index(below: 26)) }
    }

    private func stranger() -> Event {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let created = Int64(now.tv_sec) * 1000 - 500
        return Event(kind: "content", user: Array("stranger-\(strangers)".utf8), text: words(), created: created)
    }
}
