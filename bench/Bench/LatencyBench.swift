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
            let load = Load(options)
            try await load.warmUp(site)
            try await site.drain()
            let feed = EventFeed(pieces: load.pieces(for: site), step: .seconds(1) * load.piece / options.rate)
            let before = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            let ticks = Machine.Ticks.now
            let outcome = try await feed.run(to: site.redis.socket)
            try await site.drain()
            let after = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            try await site.calls.client.loop.sleep(for: .milliseconds(100))
            await news.close()
            let blocked = await heard.value
            work.cancel()
            try await work.value
            await listener.stop()

            let count = Double(options.rate * options.seconds)
            let earned = outcome.answered.enumerated().compactMap { place, at in
                load.stranger(of: place).map { ($0, at) }
            }
            let delays = earned.compactMap { user, at in blocked[user].map { at.duration(to: $0).inSeconds } }
            guard delays.count == earned.count else { throw Missing(count: earned.count - delays.count) }
            let answers = zip(outcome.sent, outcome.answered).map { $0.duration(to: $1).inSeconds }
            let distribution = Distribution(delays)
            report.add("answer to block", distribution)
            report.add("blocks", Double(delays.count), "")
            report.add("answer (\(load.piece) events)", Distribution(answers))
            report.add("late starts", Distribution(outcome.lateness))
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

/// The events: of people who have been there before, and, last in a piece now and then, of a stranger who earns a block.
private struct Load {
    /// Events of a piece: there is one each millisecond.
    let piece: Int

    private static let users = 20_000
    private let count: Int
    private let piecesPerBlock: Int

    init(_ options: Options) {
        piece = max(1, options.rate / 1000)
        count = options.rate * options.seconds / piece
        piecesPerBlock = max(1, options.rate / piece / options.blocks)
    }

    /// Everybody has been there before: one login each.
    func warmUp(_ site: Site) async throws {
        var random = SeededGenerator(seed: 4)
        for start in stride(from: 0, to: Self.users, by: 200) {
            var pipeline = RedisPipeline()
            for user in start..<start + 200 {
                site.record(event("login", user, &random), withTime: false, into: &pipeline)
            }
            for reply in try await site.calls.client.send(pipeline) { _ = try reply.orThrow() }
        }
    }

    /// Whom the piece at this place earns a block.
    func stranger(of place: Int) -> String? {
        place % piecesPerBlock == piecesPerBlock - 1 ? "user:stranger-\(place)" : nil
    }

    func pieces(for site: Site) -> [[UInt8]] {
        var random = SeededGenerator(seed: 5)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let begin = Int64(now.tv_sec) * 1000 - 500
        return (0..<count).map { place in
            var pipeline = RedisPipeline()
            let isEarned = stranger(of: place) != nil
            for _ in 0..<(isEarned ? piece - 1 : piece) {
                let kind = ["content", "message", "read", "login"][random.index(below: 4)]
                let event = event(kind, random.index(below: Self.users), &random)
                site.record(event, withTime: false, into: &pipeline)
            }
            if isEarned {
                let created = begin + Int64(place)
                let event = Event(
                    kind: "content", user: Array("stranger-\(place)".utf8), text: words(&random), created: created)
                site.record(event, withTime: false, into: &pipeline)
            }
            pipeline.append("PING")
            return pipeline.bytes
        }
    }

    private func event(_ kind: String, _ user: Int, _ random: inout SeededGenerator) -> Event {
        Event(
            kind: kind, user: Array("user-\(user)".utf8), ip: Array("10.0.\(user / 256).\(user % 256)".utf8),
            text: kind == "content" || kind == "message" ? words(&random) : nil)
    }

    private func words(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<80).map { _ in UInt8(97 + random.index(below: 26)) }
    }
}
