/// A user who is not as usual: at an hour of the day at which they are never there, with more posts in an hour than they
/// ever write, from a network they were never in. Two of the three are needed, and enough history.
///
/// The measures: a histogram of hours smoothed around the clock, a z-score of logarithms, and the rule of succession for
/// the first network of its kind; see `Baseline`.
package struct BaselineDeviation: Sendable {
    package static let rule = "baseline_deviation"

    package struct Parameters: Sendable, Equatable {
        /// How much history there must be: active hours that still count, and days since the first.
        package var minimumHours = 50.0
        package var minimumDays: Int64 = 14
        /// An hour of the day is unusual below this share of the active hours.
        package var maximumHourShare = 0.005
        /// Posts of an hour are unusual from so many standard deviations on, and from this number of posts on.
        package var minimumExcess = 3.0
        package var minimumPosts: UInt64 = 10
        /// A new network is unusual if less than this share of the active hours brings one.
        package var maximumNovelty = 0.05
        /// How many of the three must be unusual.
        package var deviations = 2

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the hour in progress, the present event included.
    package func finding(in baseline: Baseline) -> Finding? {
        guard baseline.weight >= max(1, parameters.minimumHours), baseline.days >= parameters.minimumDays else {
            return nil
        }
        let active = Int64(baseline.weight.rounded())
        var reasons: [String] = []
        var names: [JSONValue] = []
        if let share = baseline.shareOfHour, share < parameters.maximumHourShare {
            let clock = (baseline.hourOfDay < 10 ? "0" : "") + "\(baseline.hourOfDay):00 UTC"
            reasons.append("at \(clock), where \((share * 1000).rounded() / 10) % of \(active) active hours were")
            names.append(.string("hour"))
        }
        if baseline.currentPosts >= parameters.minimumPosts, let excess = baseline.excess,
            excess >= parameters.minimumExcess
        {
            let usual = (baseline.usualPosts * 10).rounded() / 10
            reasons.append("\(baseline.currentPosts) events in an hour that usually has \(usual)")
            names.append(.string("rate"))
        }
        if baseline.networkWeight >= max(1, parameters.minimumHours / 2), let novelty = baseline.noveltyOfNetwork,
            novelty < parameters.maximumNovelty
        {
            reasons.append(
                "from a network never seen before, which \((novelty * 1000).rounded() / 10) % of hours bring")
            names.append(.string("network"))
        }
        guard !reasons.isEmpty, reasons.count >= parameters.deviations else { return nil }
        return Finding(
            rule: Self.rule,
            description: "unlike this user: " + reasons.joined(separator: "; "),
            evidence: .object([
                .init("deviations", .array(names)),
                .init("active_hours", .int(active)),
                .init("days", .int(baseline.days)),
                .init("hour_utc", .int(Int64(baseline.hourOfDay))),
                .init("share_of_hour", .double(((baseline.shareOfHour ?? 0) * 10_000).rounded() / 10_000)),
                .init("events_this_hour", .int(Int64(clamping: baseline.currentPosts))),
                .init("usual_events", .double((baseline.usualPosts * 100).rounded() / 100)),
                .init("excess", .double(((baseline.excess ?? 0) * 100).rounded() / 100)),
                .init("known_networks", .int(Int64(baseline.known.count))),
            ])
        )
    }
}
