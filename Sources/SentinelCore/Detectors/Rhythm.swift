/// The measures of a rhythm, on the occasions of one user, see `PostTimes`.
///
/// The question is always the same: how alike are two of them, chosen at random? That share of all pairs, the *agreement*,
/// is the collision probability of the intervals, whose negative logarithm is their entropy of order 2 (Rényi, "On measures
/// of entropy and information", 1961). Entropy as the sign of a machine: Gianvecchio, Xie, Wu, Wang, "Measurement and
/// classification of humans and bots in Internet chat", USENIX Security 2008. Counting pairs instead of filling bins needs
/// no borders, and is unbiased: twenty intervals and a hundred of the same rhythm have the same agreement.
struct Rhythm {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 60 * minute

    /// The intervals between the beginnings of the occasions, in ms, shortest first.
    let intervals: [Int64]
    private let pairs: RhythmPairs

    /// Occasions that follow the one before within this many ms belong to its session: a conversation of a quarter of an
    /// hour would otherwise keep to its minutes of the hour.
    static let sessionGap = 5 * minute
    /// Intervals from here on follow the day, not a timer, until they show the precision of one.
    static let daily = 12 * hour

    init(of times: PostTimes) {
        intervals = times.intervals
        pairs = times.pairs
    }

    /// How many sessions there are; of a session only the first occasion counts, see `sessionGap`.
    var sessions: Int { pairs.sessions }

    /// The share of the pairs of intervals that are alike, 0…1; 0 if there is no pair.
    ///
    /// A timer with any jitter up to an eighth has 1. One that is silent in 70 % of its runs has 0.18, jitter of ±80 % leaves
    /// 0.15, an exponential distribution 0.06, a log-normal one of σ = 1 0.07.
    var intervalAgreement: Double { Self.share(pairs.likeIntervals, ofPairsOf: intervals.count) }

    /// The share of the pairs of sessions that begin in the same minute of the hour or in neighbouring ones, 0…1; of
    /// sessions at any time it is 1/20. Finds schedules that run at certain minutes, however often they have nothing to say.
    var minuteAgreement: Double { Self.share(pairs.sameMinute, ofPairsOf: sessions) }

    /// By how many standard deviations more pairs of sessions begin at the same time of day, to two minutes, than the hour
    /// around them explains. Finds schedules that run at certain times of the day, some often, some seldom.
    ///
    /// People keep to hours, too, but not to minutes. If their times of day lie as on a bell with a standard deviation of
    /// twenty minutes or more, and the share *s* of the pairs within about an hour, then at most (1 + *s*) times as many
    /// lie within two minutes as if they were spread evenly over that hour. Counted pairs vary like a Poisson variable.
    var dayExcess: Double {
        let near = Self.share(pairs.nearTimeOfDay, ofPairsOf: sessions)
        // Five minutes of a hundred and twenty.
        let expected = Double(pairs.nearTimeOfDay) * (1 + near) * 5 / 120
        return (Double(pairs.sameTimeOfDay) - expected) / (expected + 1).squareRoot()
    }

    /// By which factor nine in ten intervals exceed one in ten. Nil without intervals.
    var spread: Double? {
        guard !intervals.isEmpty else { return nil }
        let tenth = intervals.count / 10
        return Double(intervals[intervals.count - 1 - tenth]) / Double(max(1, intervals[tenth]))
    }

    /// In ms; 0 without intervals.
    var medianInterval: Int64 { intervals.isEmpty ? 0 : intervals[intervals.count / 2] }

    private static func share(_ pairs: Int, ofPairsOf count: Int) -> Double {
        count < 2 ? 0 : Double(pairs) * 2 / (Double(count) * Double(count - 1))
    }
}
