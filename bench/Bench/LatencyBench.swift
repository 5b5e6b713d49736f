import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// A steady stream of events, some of which earn a block: first posts within a second of the account's creation.
///
/// Measured is the time from the moment when the client has the answer to the event until it hears of the alert and of the
/// block. Redis sends that news in the call that sets the block's key, so the key stands a little earlier than it is measured.
/// At the most that is worked off, and at half of it, beside the least that could do it (``RawRoundTrip``).
struct LatencyBench {
    private let options: Options
    private let clock = ContinuousClock()

    init(_ options: Options) {
        self.options = options
    }

    func run() async throws -> Report {
        var report = Report("latency: answer to alert and block, \(options.seconds) s each, \(options.blocks) blocks/s")
        let ticks = Machine.Ticks.now
        guard let rate = options.rate else {
            let most = try await Site.with(policy: .standard) { try await maximum($0) }
            report.add("the most that is worked off", most, "events/s")
            try await measure(&report, "at half of it", rate: Int(most / 2), isJudged: true)
            try await measure(&report, "at the most", rate: Int(most), isJudged: false)
            report.addLoad(since: ticks)
            return report
        }
        try await measure(&report, "at \(rate) events/s", rate: rate, isJudged: true)
        report.addLoad(since: ticks)
        return report
    }

    /// Events a second from the first that is sent until the coordinator is done with the last, sent as Redis takes them.
    private func maximum(_ site: Site) async throws -> Double {
        let load = Load(rate: 20_000, seconds: 3, blocks: options.blocks)
        let work = site.work()
        try await load.warmUp(site)
        try await site.drain()
        let feed = EventFeed(pieces: load.pieces(site.append(_:to:)), step: .zero)
        let time = try await clock.measure {
            _ = try await feed.run(to: site.redis.socket)
            try await site.drain()
        }
        work.cancel()
        try await work.value
        return Double(load.events) / time.inSeconds
    }

    private func measure(_ report: inout Report, _ how: String, rate: Int, isJudged: Bool) async throws {
        let load = Load(rate: rate, seconds: options.seconds, blocks: options.blocks)
        let raw = try await Site.with(policy: .standard) { try await RawRoundTrip(load).run($0) }
        let ours = try await Site.with(policy: .standard) { try await delays($0, load) }
        report.add("alert \(how)", ours.alerts)
        report.add("block \(how)", ours.blocks)
        report.add("XADD, XREAD, SET \(how)", raw)
        report.add("answer (\(load.piece) events) \(how)", ours.answers)
        report.add("late starts \(how)", ours.lateness)
        report.add("until the last is worked off \(how)", ours.rest * 1000, "ms")
        report.add("CPU of the coordinator \(how)", ours.own * 1e6, "us/event")
        report.add("CPU of Redis \(how)", ours.redis * 1e6, "us/event")
        guard isJudged else { return }
        report.goal("block to XADD, XREAD, SET, p50", ours.blocks.quantile(0.5) / raw.quantile(0.5), .atMost(2))
        report.goal("block to XADD, XREAD, SET, p99", ours.blocks.quantile(0.99) / raw.quantile(0.99), .atMost(10))
    }

    private struct Delays {
        var alerts, blocks, answers, lateness: Distribution
        /// From the last answer until the coordinator was done with everything.
        var rest: Double
        /// CPU seconds per event.
        var own, redis: Double
    }

    private func delays(_ site: Site, _ load: Load) async throws -> Delays {
        let keys = site.calls.keys
        let news = try await News(of: [keys.blocks, keys.alerts], site, capacity: 4 * load.count)
        let work = site.work()
        try await load.warmUp(site)
        try await site.drain()
        let feed = EventFeed(pieces: load.pieces(site.append(_:to:)), step: load.step)
        let before = (own: await site.coordinatorTime(), redis: try await site.redisTime())
        let outcome = try await feed.run(to: site.redis.socket)
        let rest = try await clock.measure { try await site.drain() }
        let after = (own: await site.coordinatorTime(), redis: try await site.redisTime())
        let heard = await news.end(after: .milliseconds(200), site)
        work.cancel()
        try await work.value
        let count = Double(load.events)
        return Delays(
            alerts: try load.delays(from: outcome, to: heard[keys.alerts]),
            blocks: try load.delays(from: outcome, to: heard[keys.blocks]),
            answers: Distribution(zip(outcome.sent, outcome.answered).map { $0.duration(to: $1).inSeconds }),
            lateness: Distribution(outcome.lateness), rest: rest.inSeconds, own: (after.own - before.own) / count,
            redis: (after.redis - before.redis) / count)
    }
}

extension Load {
    /// From the answers until something was heard of those who earned it.
    func delays(from outcome: EventFeed.Outcome, to heard: News.Heard?) throws -> Distribution {
        let earned = outcome.answered.enumerated().compactMap { place, at in stranger(of: place).map { ($0, at) } }
        let delays = earned.compactMap { user, at in heard?[user].map { at.duration(to: $0).inSeconds } }
        guard delays.count == earned.count else {
            throw EventFeed.Failure(description: "\(earned.count - delays.count) blocks or alerts are missing")
        }
        return Distribution(delays)
    }
}
