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
    /// How many occasions begin in each minute of the hour; of a session, only the first one counts: see `sessionGap`.
    private let sessionsByMinute: [Int32]
    let sessions: Int

    /// Occasions that follow the one before within this many ms belong to its session: a conversation of a quarter of an
    /// hour would otherwise keep to its minutes of the hour.
    static let sessionGap = 5 * minute
    /// Intervals from here on follow the day, not a timer, until they show the precision of one.
    static let daily = 12 * hour

    init(of times: PostTimes) {
        intervals = times.intervals
        var byMinute = [Int32](repeating: 0, count: 60)
        var sessions = 0
        var before: PostTimes.Occasion?
        for occasion in times.occasions {
            if before.map({ PostTimes.distance($0.last, occasion.first) > Self.sessionGap }) ?? true {
                let inHour = occasion.first % Self.hour
                byMinute[Int((inHour < 0 ? inHour + Self.hour : inHour) / Self.minute)] += 1
                sessions += 1
            }
            before = occasion
        }
        sessionsByMinute = byMinute
        self.sessions = sessions
    }

    /// How much longer an interval may be than another and still be like it.
    ///
    /// An eighth, but no more than ten minutes: a machine's delay is that of its queue, not a share of its period. From
    /// half a day on two minutes: people have daily habits, but not to the minute.
    private static func tolerance(_ interval: Int64) -> Int64 {
        interval < daily ? min(interval / 8, 10 * minute) : 2 * minute
    }

    /// The share of the pairs of intervals that are alike, 0…1; 0 if there is no pair.
    ///
    /// A timer with any jitter up to an eighth has 1. One that is silent in 70 % of its runs has 0.18, jitter of ±80 % leaves
    /// 0.15, an exponential distribution 0.06, a log-normal one of σ = 1 0.07.
    var intervalAgreement: Double {
        var pairs = 0
        var end = 0
        for start in intervals.indices {
            let limit = intervals[start] + Self.tolerance(intervals[start])
            // Where the tolerance shrinks, the end goes back, once.
            while end > start + 1, intervals[end - 1] > limit { end -= 1 }
            while end < intervals.count, intervals[end] <= limit { end += 1 }
            pairs += end - start - 1
        }
        return Self.share(pairs, ofPairsOf: intervals.count)
    }

    /// The share of the pairs of sessions that begin in the same minute of the hour or in neighbouring ones, 0…1; of
    /// sessions at any time it is 1/20. Finds schedules that run at certain minutes, however often they have nothing to say.
    var minuteAgreement: Double {
        var pairs = 0
        for (minute, count) in sessionsByMinute.enumerated() {
            let next = sessionsByMinute[(minute + 1) % sessionsByMinute.count]
            pairs += Int(count * (count - 1) / 2 + count * next)
        }
        return Self.share(pairs, ofPairsOf: sessions)
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
