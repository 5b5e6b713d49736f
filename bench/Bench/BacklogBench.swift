import SentinelCore
import SentinelEngine
import SentinelRedis

/// Logs the events of a made-up community while no coordinator runs, then starts one.
struct BacklogBench {
    private let events: Int

    init(_ options: Options) {
        events = options.events
    }

    func run() async throws -> Report {
        var policy = Policy.standard
        policy.logEntries = events + events / 10
        return try await Site.with(policy: policy) { site in
            var report = Report("coordinator: a backlog of \(events) events")
            let clock = ContinuousClock()
            _ = try await site.calls.client.call("SET", site.calls.keys.clock, "replay")
            let ticks = Machine.Ticks.now
            let idle = try await site.redisTime()
            let logging = try await clock.measure { try await log(site) }
            report.add("recorded, one client, 200 a pipeline", Double(events) / logging.inSeconds, "events/s")

            let before = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            var work: Task<Void, any Error>?
            let time = try await clock.measure {
                work = site.work()
                try await site.drain()
            }
            let after = (own: await site.coordinatorTime(), redis: try await site.redisTime())
            work?.cancel()
            try await work?.value

            let own = (after.own - before.own) / Double(events)
            let redis = (after.redis - before.redis) / Double(events)
            report.add("worked off", Double(events) / time.inSeconds, "events/s")
            report.add("CPU of the coordinator", own * 1e6, "us/event")
            report.add("CPU of Redis meanwhile", redis * 1e6, "us/event")
            let whole = (after.redis - idle) / Double(events)
            report.add("CPU of Redis, recording included", whole * 1e6, "us/event")
            report.add(
                "incidents", Double(try await site.calls.client.call("ZCARD", site.calls.keys.incidents).int), "")
            report.addLoad(since: ticks)
            report.goal("CPU of the coordinator to that of Redis", own / whole, .atMost(0.35))
            return report
        }
    }

    private func log(_ site: Site) async throws {
        let parameters = try SimulationParameters(
            start: Timestamp(milliseconds: 1_760_000_000_000), people: events / 30, period: .seconds(7 * 86_400),
            abusersPerKind: 20)
        var simulation = Simulation(parameters)
        var left = events
        while left > 0 {
            var pipeline = RedisPipeline()
            while pipeline.count < min(left, 200), let event = simulation.next() {
                // Reports from outside are no work for the detectors.
                if event.kind != "report" { site.record(event, withTime: true, into: &pipeline) }
            }
            guard pipeline.count > 0 else { throw Short(missing: left) }
            for reply in try await site.calls.client.send(pipeline) { _ = try reply.orThrow() }
            left -= pipeline.count
        }
    }

    private struct Short: Error, CustomStringConvertible {
        let missing: Int
        var description: String { "the community is too quiet: \(missing) events are missing" }
    }
}
