package import SentinelCore
package import SentinelRedis

/// What was counted on some days, and what stands now.
package struct Statistics: Sendable, Equatable {
    /// The start of the first UTC day that is counted, ms since 1970.
    package var from: Int64
    /// When this was asked, ms since 1970, by the clock of Redis.
    package var at: Int64 = 0
    /// Events that the coordinator looked at, and of what kind they were.
    package var events: Int64 = 0
    package var kinds: [String: Int64] = [:]
    /// Events that were refused.
    package var limited: Int64 = 0
    package var reports: Int64 = 0
    /// Flags by rule.
    package var flags: [String: Int64] = [:]
    /// Refused events by the rule that refused them.
    package var refusals: [String: Int64] = [:]
    /// Incidents that opened, by `<rule>:<severity, 1 to 4>:<mode>`.
    package var opened: [String: Int64] = [:]
    /// Alerts to webhooks, by what came of them: delivered, failed (one try), dead, lost.
    package var deliveries: [String: Int64] = [:]
    /// Flags that Redis would not take.
    package var refusedFlags: Int64 = 0
    /// Events that fell off the log before anybody looked at them.
    package var dropped: Int64 = 0
    /// Blocks and exemptions that hold now.
    package var blocks: Int64 = 0
    package var exemptions: Int64 = 0
    /// Incidents that grew in these days.
    package var incidents: Int64 = 0
    /// Incidents that nobody has reviewed.
    package var pending: Int64 = 0
    /// Incidents that were opened, by rule and by severity, those in shadow included; blocks that were set, by reason.
    package var openedByRule: [String: Int64] = [:]
    package var openedBySeverity: [String: Int64] = [:]
    package var blocksByReason: [String: Int64] = [:]
    /// Each day with any event or incident, the earliest first.
    package var days: [Day] = []
    /// The addresses that did most; where they were asked for.
    package var busiest: [BusyAddress] = []
    /// What reviews found so far, by rule, whenever that was.
    package var reviews: [RuleReviews] = []
    /// Events that no coordinator has looked at yet.
    package var backlog: Int64 = 0
    /// How old the oldest of them is, in ms; 0 if there is none.
    package var lag: Int64 = 0
    /// Webhooks there are, and alerts that their receivers would not take.
    package var webhooks: Int64 = 0
    package var deadLetters: Int64 = 0
    /// Who holds the lease; nil if nobody does.
    package var coordinator: String?

    /// One UTC day.
    package struct Day: Sendable, Equatable {
        /// When it began, ms since 1970.
        package var start: Int64
        package var events: Int64 = 0
        package var limited: Int64 = 0
        /// Incidents that were opened.
        package var incidents: Int64 = 0

        package init(start: Int64) {
            self.start = start
        }
    }

    package static let day: Int64 = 86_400_000
    /// Days that are summed at most: statistics are not kept longer.
    static let mostDays: Int64 = 400

    init(from: Int64) {
        self.from = from
    }

    /// Adds one day's counters.
    mutating func add(_ counters: RedisReply, of start: Int64) throws(RedisError) {
        var day = Day(start: start)
        for (name, value) in try counters.pairs {
            let count = try value.int
            switch name {
            case "events":
                Self.add(count, to: &events)
                day.events = count
            case "limited":
                Self.add(count, to: &limited)
                day.limited = count
            case "reports": Self.add(count, to: &reports)
            case "dropped": Self.add(count, to: &dropped)
            case "flags_refused": Self.add(count, to: &refusedFlags)
            case _ where name.hasPrefix("kind:"): Self.add(count, to: &kinds[String(name.dropFirst(5)), default: 0])
            case _ where name.hasPrefix("refused:"):
                Self.add(count, to: &refusals[String(name.dropFirst(8)), default: 0])
            case _ where name.hasPrefix("delivery:"):
                Self.add(count, to: &deliveries[String(name.dropFirst(9)), default: 0])
            case _ where name.hasPrefix("flag:"): Self.add(count, to: &flags[String(name.dropFirst(5)), default: 0])
            case _ where name.hasPrefix("block:"):
                Self.add(count, to: &blocksByReason[String(name.dropFirst(6)), default: 0])
            case _ where name.hasPrefix("incident:"): add(incidents: count, name, to: &day)
            default: break
            }
        }
        if day != Day(start: start) { days.append(day) }
    }

    /// `incident:<rule>:<severity>:<mode>`
    private mutating func add(incidents count: Int64, _ name: String, to day: inout Day) {
        Self.add(count, to: &opened[String(name.dropFirst(9)), default: 0])
        let parts = name.split(separator: ":")
        guard parts.count == 4, let severity = Int(parts[2]).flatMap(Rule.Severity.init(rawValue:)) else { return }
        Self.add(count, to: &openedByRule[String(parts[1]), default: 0])
        Self.add(count, to: &openedBySeverity[severity.name, default: 0])
        Self.add(count, to: &day.incidents)
    }

    private static func add(_ count: Int64, to sum: inout Int64) {
        let (total, overflow) = sum.addingReportingOverflow(count)
        sum = overflow ? .max : total
    }
}

extension Calls {
    /// The same, with the addresses that did most.
    package func statistics(since: Int64, busiest: Int, policy: Policy) async throws(RedisError) -> Statistics {
        var statistics = try await statistics(since: since)
        statistics.busiest = try await self.busiest(since: statistics.from, limit: busiest, policy: policy)
        return statistics
    }

    /// Sums the days from that of `since` (ms since 1970) to today.
    package func statistics(since: Int64) async throws(RedisError) -> Statistics {
        let now = try await now()
        let today = now / Statistics.day
        let first = min(today, max(since / Statistics.day, today - Statistics.mostDays + 1))
        var statistics = Statistics(from: first * Statistics.day)
        statistics.at = now
        let replies = try await send { pipeline in
            pipeline.append("ZCOUNT", keys.blockIndex, "(\(now)", "+inf")
            pipeline.append("ZCOUNT", keys.allowIndex, "(\(now)", "+inf")
            pipeline.append("ZCOUNT", keys.incidents, statistics.from, "+inf")
            pipeline.append("XLEN", keys.events)
            pipeline.append("HGET", keys.lease, "owner")
            pipeline.append("ZCARD", keys.pendingIncidents)
            pipeline.append("XRANGE", keys.events, "-", "+", "COUNT", 1)
            pipeline.append("HLEN", keys.webhooks)
            pipeline.append("XLEN", keys.deadLetters)
            for day in first...today { pipeline.append("HGETALL", keys.statistics(day: day)) }
        }
        statistics.blocks = try replies[0].int
        statistics.exemptions = try replies[1].int
        statistics.incidents = try replies[2].int
        statistics.backlog = try replies[3].int
        let owner = try replies[4].orThrow()
        statistics.coordinator = owner.isNull ? nil : try owner.string
        statistics.pending = try replies[5].int
        if let oldest = try replies[6].array.first, let position = try oldest.array.first?.string,
            let at = Int64(position.prefix { $0 != "-" })
        {
            statistics.lag = max(0, now - at)
        }
        statistics.webhooks = try replies[7].int
        statistics.deadLetters = try replies[8].int
        for (day, counters) in zip(first...today, replies.dropFirst(9)) {
            try statistics.add(counters, of: day * Statistics.day)
        }
        statistics.reviews = try await reviewOutcomes()
        return statistics
    }
}
