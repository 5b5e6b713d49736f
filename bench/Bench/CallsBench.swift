import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// What record, check and PING take an app: one after the other over one client, and at fixed rates, from when each was due.
struct CallsBench {
    private static let rounds = 5
    private let options: Options
    private let clock = ContinuousClock()

    init(_ options: Options) {
        self.options = options
    }

    func run() async throws -> Report {
        var report = Report("calls: \(Self.rounds) rounds by turns, one connection")
        let ticks = Machine.Ticks.now
        try await Site.with(policy: .roomy) { site in
            let most = options.rate ?? 5000
            try await measure(&report, "closed loop") { try await closed(site, $0) }
            for rate in [most / 4, most] {
                try await measure(&report, "\(rate)/s") { try await scheduled(site, $0, rate: rate) }
            }
        }
        report.addLoad(since: ticks)
        return report
    }

    private enum What: String, CaseIterable {
        case ping = "PING"
        case record, check
    }

    /// One after the other in short rounds, so that a disturbance hits all.
    private func measure(
        _ report: inout Report, _ how: String, _ times: (What) async throws -> [Double]
    ) async throws {
        var all: [What: [Double]] = [:]
        for _ in 0..<Self.rounds {
            for what in What.allCases { all[what, default: []] += try await times(what) }
        }
        let found = What.allCases.map { ($0, Distribution(all[$0] ?? [])) }
        for (what, distribution) in found { report.add("\(what.rawValue), \(how)", distribution) }
        for (what, distribution) in found.dropFirst() {
            let ratio = distribution.quantile(0.5) / found[0].1.quantile(0.5)
            report.add("\(what.rawValue) to PING, p50, \(how)", ratio, "x")
        }
    }

    private var seconds: Double { Double(options.seconds) / Double(3 * Self.rounds) }

    private func closed(_ site: Site, _ what: What) async throws -> [Double] {
        var times: [Double] = []
        let end = clock.now + .seconds(seconds)
        while clock.now < end {
            var pipeline = RedisPipeline()
            append(what, times.count, site, to: &pipeline)
            let begin = clock.now
            _ = try await site.calls.client.send(pipeline)[0].orThrow()
            times.append(begin.duration(to: clock.now).inSeconds)
        }
        return times
    }

    private func scheduled(_ site: Site, _ what: What, rate: Int) async throws -> [Double] {
        let pieces = (0..<max(1, Int(seconds * Double(rate)))).map { number in
            var pipeline = RedisPipeline()
            if what != .ping { append(what, number, site, to: &pipeline) }
            pipeline.append("PING")
            return pipeline.bytes
        }
        let outcome = try await EventFeed(pieces: pieces, step: .seconds(1) / rate).run(to: site.redis.socket)
        return pieces.indices.map {
            outcome.lateness[$0] + outcome.sent[$0].duration(to: outcome.answered[$0]).inSeconds
        }
    }

    private func append(_ what: What, _ number: Int, _ site: Site, to pipeline: inout RedisPipeline) {
        let event = Event.usual(number)
        switch what {
        case .ping: pipeline.append("PING")
        case .record: site.append(event, to: &pipeline)
        case .check: site.calls.appendCheck(event, to: &pipeline)
        }
    }
}
