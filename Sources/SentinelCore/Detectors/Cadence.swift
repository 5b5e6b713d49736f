/// Posts like a machine: at intervals that keep coming back, at certain minutes of the hour, or without the long pauses
/// that people make.
///
/// Five measures of the user's last occasions (`PostTimes`) are evidence, each by how far it goes beyond chance; one that
/// reaches its limit is enough, and so are several that reach it together, see `RhythmEvidence`:
/// - **intervals**: pairs of intervals are alike, see `Rhythm.intervalAgreement`. Timers that jitter or skip runs.
/// - **minutes**: sessions begin in the same minutes of the hour, see `Rhythm.minuteAgreement`. Hourly schedules.
/// - **day**: sessions begin at the same times of day, to two minutes, see `Rhythm.dayExcess`. Daily schedules.
/// - **batches**: several posts within two seconds, again and again, and several times a day as many, or at the same time of
///   day, see `Batches`. Jobs that write all they have to say when they run.
///
/// Three signs stand for themselves:
/// - **clock**: the intervals between the last twenty posts hardly vary. CV = standard deviation ÷ mean (of the
///   population); a timer is near 0, a Poisson process has 1, and people lie above it.
/// - **spread**: hours pass between posts at most, minutes at least, and nothing is much longer than the rest. Those who
///   sleep, eat and talk have pauses of all sizes.
/// - **batches**, too, if they come at even distances.
///
/// A daily habit is none of these: intervals of half a day or more count only by agreement to two minutes, times of day
/// only as far as they are more precise than the hour around them.
package struct Cadence: Sendable {
    package struct Parameters: Sendable, Equatable {
        /// Suspicious below this CV.
        package var maximumVariation = 0.1
        /// How many intervals, or sessions, are needed for any sign but `spread`. Fewer are too easily regular by chance.
        package var minimumIntervals = 9
        /// Enough by itself: this share of pairs of intervals that are alike, 0…1, and the margin.
        package var maximumIntervalAgreement = 0.075
        /// Enough by itself: this share of pairs of sessions in the same minutes of the hour, 0…1, and the margin.
        package var maximumMinuteAgreement = 0.065
        /// Divided by the number of intervals or sessions, it is added to both limits: chance reaches further with few.
        package var margin = 3.5
        /// Enough by itself: so many standard deviations more pairs of sessions at the same time of day than by chance.
        package var maximumDayExcess = 5.0
        /// Suspicious up to this factor between the tenth and the ninetieth percentile of the intervals.
        package var maximumSpread = 5.0

        /// From this share of batches among the occasions on, 0…1, the batches are compared.
        package var minimumBatchShare = 1.0 / 3
        /// Before so many posts on the occasions kept they are not compared: a handful agrees by chance.
        package var minimumBatchedPosts = 30
        /// Enough by itself: this share of pairs of batches with as many posts, 0…1, and a margin of 1 ÷ their number.
        package var maximumSizeAgreement = 0.2
        /// Enough by itself: this share of pairs of batches at the same time of day, 0…1, and a margin of half of 1 ÷
        /// their number.
        package var maximumDayAgreement = 0.1
        /// Suspicious below this CV of the pauses between batches.
        package var maximumPauseVariation = 0.2

        package init() {}
    }

    /// How many intervals `spread` needs, and in which range, in ms, the median must lie: those who talk are quicker.
    private static let spreadIntervals = 15
    private static let spreadMedians = 4 * Rhythm.minute..<Rhythm.daily

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the recent posts, the present one among them.
    package func finding(in history: PostHistory) -> Finding? {
        let minimum = max(2, parameters.minimumIntervals)
        let compared = batches(of: history.times)
        guard compared != nil || history.times.occasions.count >= minimum else { return nil }
        let clock = ClockMeasure(of: history)
        let isClock =
            clock.intervals >= max(1, parameters.minimumIntervals) && clock.variation < parameters.maximumVariation
            && clock.mean < Double(Rhythm.daily)
        let rhythm = Rhythm(of: history.times)
        let evidence = RhythmEvidence(of: rhythm, batches: compared, parameters)
        let sign: Sign
        if isClock {
            sign = .clock
        } else if evidence.total > 1 {
            sign = .evidence
        } else if rhythm.intervals.count >= Self.spreadIntervals,
            rhythm.spread ?? .infinity <= parameters.maximumSpread, Self.spreadMedians.contains(rhythm.medianInterval)
        {
            sign = .spread
        } else if let batches = compared, batches.starts.count > Batches.minimum,
            batches.pauses.mean < Double(Rhythm.daily),
            batches.pauses.variation < parameters.maximumPauseVariation
        {
            sign = .pauses(batches)
        } else {
            return nil
        }
        let times = history.times
        return Finding(rule: "bot_behavior") { [self] in
            tell(sign, clock, rhythm, evidence, compared ?? Batches(of: times))
        }
    }

    /// What a finding rests on.
    private enum Sign {
        case clock, evidence, spread
        case pauses(Batches)
    }

    private func tell(
        _ sign: Sign, _ clock: ClockMeasure, _ rhythm: Rhythm, _ evidence: RhythmEvidence, _ batches: Batches
    ) -> (description: String, evidence: JSONValue) {
        let spread = rhythm.spread ?? .infinity
        let (name, words) =
            switch sign {
            case .clock:
                ("clock", "posts every \(seconds(clock.mean)) s with a variation of only \(rounded(clock.variation))")
            case .evidence:
                (
                    evidence.strongest,
                    evidence.words + (evidence.isEnoughOfOneKind ? "" : "; together more than people reach")
                )
            case .spread:
                (
                    "spread",
                    "eight of ten of its \(rhythm.intervals.count) last intervals lie within a factor of "
                        + "\(rounded(spread)), without the pauses that people make"
                )
            case .pauses(let batches):
                (
                    "batches",
                    "\(percent(batches.share)) % of the times it posts, it posts several at once, every "
                        + "\(seconds(batches.pauses.mean)) s with a variation of only \(rounded(batches.pauses.variation))"
                )
            }
        return (
            words,
            .object([
                .init("sign", .string(name)),
                .init("evidence", .double(rounded(min(evidence.total, 1e12)))),
                .init("cv", .double(rounded(clock.variation))),
                .init("maximum_cv", .double(parameters.maximumVariation)),
                .init("mean_interval_ms", .int(Int64(min(clock.mean, 1e18)))),
                .init("interval_agreement", .double(rounded(rhythm.intervalAgreement))),
                .init("maximum_interval_agreement", .double(rounded(evidence.intervalLimit))),
                .init("minute_agreement", .double(rounded(rhythm.minuteAgreement))),
                .init("maximum_minute_agreement", .double(rounded(evidence.minuteLimit))),
                .init("day_excess", .double(rounded(rhythm.dayExcess))),
                .init("maximum_day_excess", .double(parameters.maximumDayExcess)),
                .init("spread", .double(rounded(min(spread, 1e12)))),
                .init("maximum_spread", .double(parameters.maximumSpread)),
                .init("median_interval_ms", .int(rhythm.medianInterval)),
                .init("intervals", .int(Int64(rhythm.intervals.count))),
                .init("sessions", .int(Int64(rhythm.sessions))),
                .init("batches", .int(Int64(batches.sizes.count))),
                .init("batch_share", .double(rounded(batches.share))),
                .init("minimum_batch_share", .double(rounded(parameters.minimumBatchShare))),
            ])
        )
    }

    /// The batches, if there are enough of them to be compared; most people have few.
    private func batches(of times: PostTimes) -> Batches? {
        var posts = 0
        var count = 0
        for occasion in times.occasions {
            posts += occasion.posts
            if occasion.posts > 1 { count += 1 }
        }
        let share = Double(count) / Double(max(1, times.occasions.count))
        guard posts >= parameters.minimumBatchedPosts, share >= parameters.minimumBatchShare else { return nil }
        let batches = Batches(of: times)
        return batches.medianPause ?? .max <= Batches.maximumPause ? batches : nil
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    private func percent(_ share: Double) -> Double { (share * 1000).rounded() / 10 }
    private func seconds(_ milliseconds: Double) -> Double { (milliseconds / 100).rounded() / 10 }
}

/// Mean and CV of the intervals between the occasions of the posts that the history keeps.
private struct ClockMeasure {
    var intervals = 0
    /// In ms; 0 without intervals.
    var mean = 0.0
    var variation = 0.0

    init(of history: PostHistory) {
        guard let oldest = history.posts.first?.at else { return }
        // In floating point, for the difference of two nonsense times may be more than an Int64 holds. The occasion that the
        // oldest post stands in begins with it.
        let occasions = history.times.occasions
        let first = occasions.lastIndex { $0.first <= oldest } ?? 0
        intervals = max(0, occasions.count - 1 - first)
        guard intervals > 0 else { return }
        func interval(_ place: Int) -> Double {
            Double(occasions[place].first) - Double(place == first + 1 ? oldest : occasions[place - 1].first)
        }
        var sum = 0.0
        for place in first + 1..<occasions.count { sum += interval(place) }
        mean = sum / Double(intervals)
        var squares = 0.0
        for place in first + 1..<occasions.count {
            squares += (interval(place) - mean) * (interval(place) - mean)
        }
        variation = (squares / Double(intervals)).squareRoot() / mean
    }
}
