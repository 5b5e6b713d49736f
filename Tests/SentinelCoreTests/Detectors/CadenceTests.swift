import Testing

@testable import SentinelCore

struct CadenceTests {
    /// Half past nothing: 22:13:20 of a day, so that minutes of the hour are known.
    private let start: Int64 = 1_700_000_000_000

    /// A history whose posts lie the given seconds apart.
    private func history(intervals: [Double]) -> PostHistory {
        var history = PostHistory()
        var time = start
        history.append(at: time)
        for interval in intervals {
            time += Int64(interval * 1000)
            history.append(at: time)
        }
        return history
    }

    private func rhythm(intervals: [Double]) -> Rhythm { Rhythm(of: history(intervals: intervals).times) }

    private func sign(of history: PostHistory) -> String? {
        guard case .string(let sign)? = Cadence().finding(in: history)?.evidence["sign"] else { return nil }
        return sign
    }

    // MARK: Clock

    @Test func `a post every minute, give or take three seconds, is a clock`() throws {
        // Deviations of ±3 s around 60 s: the standard deviation is 3 s, the CV 0.05.
        let finding = try #require(Cadence().finding(in: history(intervals: [57, 63, 57, 63, 57, 63, 57, 63, 57, 63])))
        #expect(finding.rule == "bot_behavior")
        #expect(finding.evidence["sign"] == .string("clock"))
        #expect(finding.evidence["cv"] == .double(0.05))
        #expect(finding.evidence["mean_interval_ms"] == .int(60_000))
        #expect(finding.evidence["intervals"] == .int(10))
        #expect(finding.description == "posts every 60.0 s with a variation of only 0.05")
    }

    @Test(arguments: [(5.9, true), (6.1, false)])
    func `the limit is a variation of a tenth`(deviation: Double, isClock: Bool) {
        let intervals = (0..<10).map { $0 % 2 == 0 ? 60 + deviation : 60 - deviation }
        #expect((sign(of: history(intervals: intervals)) == "clock") == isClock)
    }

    @Test func `nine intervals are needed`() {
        #expect(Cadence().finding(in: history(intervals: Array(repeating: 60, count: 8))) == nil)
        #expect(Cadence().finding(in: history(intervals: Array(repeating: 60, count: 9))) != nil)
    }

    @Test(arguments: [0, 1, 2] as [Double])
    func `a batch of posts a second apart is one occasion, not a clock`(interval: Double) {
        #expect(Cadence().finding(in: history(intervals: Array(repeating: interval, count: 200))) == nil)
    }

    @Test func `a timer that posts in pairs is a clock`() throws {
        let intervals = (0..<19).map { $0 % 2 == 0 ? 0.5 : 600.0 }
        let finding = try #require(Cadence().finding(in: history(intervals: intervals)))
        #expect(finding.evidence["sign"] == .string("clock"))
        #expect(finding.evidence["intervals"] == .int(9))
        #expect(finding.evidence["mean_interval_ms"] == .int(600_500))
    }

    @Test func `a clock is found at once, whatever the user did before`() {
        var intervals = [12, 340, 45, 8, 2_000, 60, 75, 31, 500, 20, 90, 3_000, 7, 14, 800, 65] as [Double]
        #expect(sign(of: history(intervals: intervals)) == nil)
        intervals += Array(repeating: 60, count: 19)
        #expect(sign(of: history(intervals: intervals)) == "clock")
    }

    // MARK: Intervals

    @Test func `agreement is the share of pairs of intervals that are alike`() {
        // 100 and 112 are alike (an eighth: up to 112.5), 113 is not like 100 but like 112: two of three pairs.
        #expect(abs(rhythm(intervals: [112, 100, 113]).intervalAgreement - 2.0 / 3) < 1e-9)
        // More than ten minutes apart is not alike, however long they are; from half a day on two minutes.
        #expect(rhythm(intervals: [20_000, 20_600]).intervalAgreement == 1)
        #expect(rhythm(intervals: [20_000, 20_601]).intervalAgreement == 0)
        #expect(rhythm(intervals: [86_400, 86_520]).intervalAgreement == 1)
        #expect(rhythm(intervals: [86_400, 86_521]).intervalAgreement == 0)
        // Where the tolerance shrinks: 43,100 reaches to 43,700, but 43,200 only to 43,320.
        #expect(abs(rhythm(intervals: [43_100, 43_200, 43_600]).intervalAgreement - 2.0 / 3) < 1e-9)
        #expect(rhythm(intervals: [60]).intervalAgreement == 0)
    }

    @Test func `a timer that skips runs is found though its variation is large`() throws {
        // A five-minute timer of which four runs in ten found nothing to say.
        let intervals = [300, 300, 600, 300, 900, 300, 600, 300, 300, 300, 600, 300, 300, 900, 300, 300].map(
            Double.init)
        let finding = try #require(Cadence().finding(in: history(intervals: intervals)))
        #expect(finding.evidence["sign"] == .string("intervals"))
        // Eleven, three and two of sixteen alike: (55 + 3 + 1) ÷ 120; the limit is 0.075 + 3.5 ÷ 16.
        #expect(finding.evidence["interval_agreement"] == .double(0.492))
        #expect(finding.evidence["maximum_interval_agreement"] == .double(0.294))
        #expect(finding.evidence["median_interval_ms"] == .int(300_000))
    }

    @Test func `bursts of three every hour are found by the hours between them`() {
        var intervals: [Double] = []
        for hour in 0..<20 {
            let late = Double(hour % 7) * 40
            intervals += [1, 1, 3_500 + late]
        }
        #expect(Cadence().finding(in: history(intervals: intervals)) != nil)
    }

    // MARK: Minutes of the hour

    @Test func `sessions in the same minutes of the hour agree, those of one conversation are one`() {
        // 22:13, 23:14 and 1:20: one of three pairs.
        #expect(abs(rhythm(intervals: [3_660, 7_560]).minuteAgreement - 1.0 / 3) < 1e-9)
        // The last minute of an hour and the first one of the next are neighbours: from 22:13:20 to 22:59 and 24:00.
        #expect(abs(rhythm(intervals: [46 * 60, 61 * 60]).minuteAgreement - 1.0 / 3) < 1e-9)
        let talk = rhythm(intervals: [60, 200, 300, 30])
        #expect(talk.sessions == 1)
        #expect(talk.minuteAgreement == 0)
    }

    @Test func `a schedule that seldom has something to say is found by its minutes`() throws {
        var random = SplitMix(seed: 4)
        // At 12, 30 and 50 past, up to a minute late, in one of 20 runs.
        var history = PostHistory()
        for hour in Int64(0)..<400 {
            for minute in [12, 30, 50] as [Int64] where Int.random(in: 0..<20, using: &random) == 0 {
                let late = Int64.random(in: 0..<60_000, using: &random)
                history.append(at: 1_699_999_200_000 + (hour * 60 + minute) * 60_000 + late)
            }
        }
        let finding = try #require(Cadence().finding(in: history))
        #expect(finding.evidence["sign"] == .string("minutes"))
    }

    // MARK: Time of day

    /// Midnight of a day.
    private let midnight: Int64 = 1_699_920_000_000

    /// Sessions at minutes of the day, each on a day of its own.
    private func history(minutesOfDay: [Int]) -> PostHistory {
        var history = PostHistory()
        for (day, minute) in minutesOfDay.enumerated() {
            history.append(at: midnight + (Int64(day) * 1_440 + Int64(minute)) * 60_000)
        }
        return history
    }

    @Test func `the same time of day is two minutes or less apart, over midnight too`() {
        // 0:00, 0:02, 0:05 and 23:58: 0:00 is near 0:02 and 23:58, the others are too far apart. All four are in
        // neighbouring slots of forty minutes: six pairs, of which 6 × (1 + 1) × 5 ÷ 120 = 0.5 would be expected.
        let excess = Rhythm(of: history(minutesOfDay: [0, 2, 5, 1_438]).times).dayExcess
        #expect(abs(excess - 1.5 / 1.5.squareRoot()) < 1e-9)
        // At opposite times of the day nothing is near, nothing is expected.
        #expect(Rhythm(of: history(minutesOfDay: [0, 720]).times).dayExcess == 0)
        #expect(Rhythm(of: PostTimes()).dayExcess == 0)
    }

    @Test func `a schedule of several times a day that seldom has something to say is found by them`() throws {
        // Each at most a minute late, in every third run at random; intervals of hours that differ, and minutes that do.
        let schedule = [67, 162, 263, 325, 481, 549, 618, 731, 826, 934, 1_007, 1_126, 1_214, 1_273, 1_397]
        var random = SplitMix(seed: 5)
        var history = PostHistory()
        for day in Int64(0)..<12 {
            for minute in schedule where Int.random(in: 0..<3, using: &random) == 0 {
                let late = Int64.random(in: 0..<60_000, using: &random)
                history.append(at: midnight + (day * 1_440 + Int64(minute)) * 60_000 + late)
            }
        }
        var parameters = Cadence.Parameters()
        parameters.maximumIntervalAgreement = 1
        parameters.maximumMinuteAgreement = 1
        let finding = try #require(Cadence(parameters).finding(in: history))
        #expect(finding.evidence["sign"] == .string("day"))
        #expect(finding.description.contains("begin at the same times of day, to two minutes"))
        parameters.maximumDayExcess = 1_000
        #expect(Cadence(parameters).finding(in: history) == nil)
    }

    // MARK: Together

    @Test func `signs of which none is enough are enough together`() throws {
        // The limits are put where the measures are some part of the way from chance.
        let intervals = [300, 300, 600, 300, 900, 300, 600, 300, 300, 300, 600, 300, 300, 900, 300, 300].map(
            { 4 * Double($0) })
        let history = history(intervals: intervals)
        let rhythm = Rhythm(of: history.times)
        func evidence(ofIntervals share: Double, ofMinutes other: Double) -> RhythmEvidence {
            var parameters = Cadence.Parameters()
            parameters.margin = 0
            parameters.maximumIntervalAgreement = 0.06 + (rhythm.intervalAgreement - 0.06) / share
            parameters.maximumMinuteAgreement = 0.05 + (rhythm.minuteAgreement - 0.05) / other
            parameters.maximumDayExcess = 1e9
            return RhythmEvidence(of: rhythm, batches: nil, parameters)
        }
        #expect(rhythm.minuteAgreement > 0.05)
        let both = evidence(ofIntervals: 0.6, ofMinutes: 0.5)
        #expect(abs(both.intervals - 0.6) < 1e-9 && abs(both.minutes - 0.5) < 1e-9 && abs(both.total - 1.1) < 1e-6)
        #expect(both.strongest == "intervals" && !both.isEnoughOfOneKind)
        #expect(both.words.contains("last intervals are alike") && both.words.contains("same minutes of the hour"))
        #expect(evidence(ofIntervals: 0.5, ofMinutes: 0.4).total < 1)
        #expect(evidence(ofIntervals: 2, ofMinutes: 0.5).isEnoughOfOneKind)
    }

    // MARK: Spread

    @Test func `intervals without the pauses that people make are found`() {
        // Twenty different intervals from 700 s to 2,980 s: no two in three alike, but nothing longer.
        let spread = [700, 2_980, 820, 2_600, 960, 2_250, 1_130, 1_950, 1_330, 1_680].map(Double.init)
        #expect(sign(of: history(intervals: spread + spread)) != nil)
        #expect(rhythm(intervals: spread).spread == 2_600.0 / 820)
    }

    // MARK: Batches

    /// Batches of the given sizes, a second between posts, with the given pauses before the next batch, in seconds.
    private func history(batches: [Int], pauses: [Double]) -> PostHistory {
        let intervals = zip(batches, pauses).flatMap { size, pause -> [Double] in
            Array(repeating: 1.0, count: size - 1) + [pause]
        }
        return history(intervals: Array(intervals.dropLast()))
    }

    /// No two alike, by an eighth or in the minute of the hour.
    private let pauses: [Double] = [4_100, 21_700, 9_300, 33_000, 6_100, 15_000, 2_800]

    @Test func `status and summary at once, again and again, are batches`() throws {
        // Twelve pairs and six single posts, thirty in all; the sizes of the pairs all agree.
        let sizes = (0..<18).map { $0 % 3 == 2 ? 1 : 2 }
        let irregular = sizes.indices.map { pauses[$0 % 7] * (0.25 + 0.1 * Double($0 % 5)) + Double($0 * $0 * 61) }
        var parameters = Cadence.Parameters()
        parameters.maximumIntervalAgreement = 1
        parameters.maximumMinuteAgreement = 1
        let posts = history(batches: sizes, pauses: irregular)
        let finding = try #require(Cadence(parameters).finding(in: posts))
        #expect(finding.evidence["sign"] == .string("batches"))
        #expect(finding.evidence["batches"] == .int(12))
        #expect(finding.evidence["batch_share"] == .double(0.667))
        #expect(
            finding.description
                == "66.7 % of the times it posts, it posts several at once, and 100.0 % of the pairs of its 12 batches have "
                + "as many posts")
        parameters.minimumBatchedPosts = 31
        #expect(Cadence(parameters).finding(in: posts) == nil)
    }

    @Test func `batches of all sizes are a person's, unless they come at the same time of day or evenly`() {
        let sizes = [12, 3, 30, 7, 2, 19, 5, 9]
        #expect(Cadence().finding(in: history(batches: sizes, pauses: pauses + [0])) == nil)
        // A day less what each batch took, and up to four minutes late.
        let days = zip(sizes, [0, 240, 60, 120, 30, 200, 90, 0]).map { 86_400 - Double($0 - 1) + Double($1) }
        #expect(sign(of: history(batches: Array(sizes.prefix(4)), pauses: days)) == "batches")
        let even: [Double] = [14_000, 15_100, 13_300, 16_000, 14_900, 13_000, 15_800, 0]
        #expect(sign(of: history(batches: Array(sizes.prefix(6)), pauses: even)) == "batches")
    }

    @Test func `a few batches among many single posts, or weeks apart, are a person's`() {
        // Five of eighteen occasions: 28 %.
        let sizes = [5, 1, 1, 5, 1, 1, 1, 5, 1, 1, 5, 1, 1, 1, 5, 1, 1, 1]
        let irregular = sizes.indices.map { pauses[$0 % 7] * (1 + 0.37 * Double($0 % 5)) + Double($0 * $0 * 61) }
        #expect(sign(of: history(batches: sizes, pauses: irregular)) != "batches")
        let weeks = pauses.map { $0 * 40 } + [0]
        #expect(Cadence().finding(in: history(batches: [5, 5, 1, 5, 5, 1, 5, 5], pauses: weeks)) == nil)
    }

    @Test func `who posts in pairs at his own pace is a person`() {
        // The median of the pauses between batches of five is 21,104 s, under six hours; then twice that.
        let sizes = [5, 5, 1, 5, 5, 1, 5, 5]
        #expect(Batches(of: history(batches: sizes, pauses: pauses + [0]).times).medianPause == 21_104_000)
        #expect(sign(of: history(batches: sizes, pauses: pauses + [0])) == "batches")
        #expect(Cadence().finding(in: history(batches: sizes, pauses: pauses.map { $0 * 2 } + [0])) == nil)
    }

    @Test func `batches agree in size, and in time of day to five minutes, over midnight too`() {
        // Pairs of sizes 2, 2, 3; starts at 22:13:20 and 90,000 s, 86,400 s later.
        let some = Batches(of: history(batches: [2, 2, 3, 1], pauses: [89_999, 86_399, 600, 0]).times)
        #expect(some.sizes == [2, 2, 3])
        #expect(some.share == 0.75)
        #expect(abs(some.sizeAgreement - 1.0 / 3) < 1e-9)
        // 23:13:20 twice, once 22:13:20.
        #expect(abs(some.dayAgreement - 1.0 / 3) < 1e-9)
        // 23:58:20, 200 s later on the next day, and on the day after another five minutes later, or a second more.
        let late = start + 105 * 60_000
        for (third, agreement) in [(173_300_000, 2.0 / 3), (173_301_000, 1.0 / 3)] as [(Int64, Double)] {
            var night = PostHistory()
            for time in [0, 0, 86_600_000, 86_600_000, third, third] { night.append(at: late + time) }
            #expect(abs(Batches(of: night.times).dayAgreement - agreement) < 1e-9)
        }
        #expect(Batches(of: PostTimes()).dayAgreement == 0 && Batches(of: PostTimes()).sizeAgreement == 0)
    }

    @Test func `the batches of one session count once in time`() {
        let talk = Batches(of: history(batches: [2, 2, 2], pauses: [20, 30, 0]).times)
        #expect(talk.starts.count == 1)
        #expect(talk.medianPause == nil)
    }

    // MARK: People

    @Test func `people are no machines`() {
        let chat: [Double] = [12, 340, 45, 8, 2_000, 60, 75, 31, 500, 20, 90]
        #expect(Cadence().finding(in: history(intervals: chat)) == nil)
        let nights = [12, 340, 45, 8, 28_000, 60, 75, 31, 500, 20, 90, 4, 47_000, 150, 28, 1_100].map(Double.init)
        #expect(Cadence().finding(in: history(intervals: nights)) == nil)
    }

    @Test(arguments: 0..<20)
    func `who posts at noon every day is no machine`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var history = PostHistory()
        for day in Int64(0)..<200 {
            history.append(at: start + day * 86_400_000 + Int64.random(in: -2_400_000...2_400_000, using: &random))
            #expect(Cadence().finding(in: history) == nil)
        }
    }

    @Test(arguments: 0..<20)
    func `who pastes batches or talks is no machine`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        for pace in [0.5...1.5, 4.0...80.0] {
            var intervals: [Double] = []
            while intervals.count < 300 {
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    // Skewed as waiting times are: the square of an even draw.
                    let draw = Double.random(in: 0...1, using: &random)
                    intervals.append(pace.lowerBound + draw * draw * (pace.upperBound - pace.lowerBound))
                }
                let draw = Double.random(in: 0...1, using: &random)
                intervals.append(900 + draw * draw * draw * 200_000)
            }
            #expect(Cadence().finding(in: history(intervals: intervals)) == nil)
        }
    }

    // MARK: Whatever comes

    @Test(arguments: 0..<20)
    func `the same posts give the same finding, in any order and however often they are stored`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let period = Int64.random(in: 1_000...7_200_000, using: &random)
        let times = (0..<60).map { start + $0 * period + Int64.random(in: 0...period / 2, using: &random) }
        var sorted = PostHistory()
        for time in times.sorted() { sorted.append(at: time) }
        var shuffled = PostHistory()
        for time in times.shuffled(using: &random) {
            shuffled.append(at: time)
            if Bool.random(using: &random) { shuffled = try PostHistory(decoding: shuffled.encoded()) }
        }
        #expect(Cadence().finding(in: shuffled) == Cadence().finding(in: sorted))
    }

    @Test func `no times and no parameters trap`() {
        var random = SplitMix(seed: 12)
        let extremes: [Int64] = [.min, .min + 1, 0, 1, 2_001, .max - 2_001, .max]
        for _ in 0..<500 {
            var history = PostHistory()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                history.append(at: extremes.randomElement(using: &random)!)
                history.append(at: Int64.random(in: .min ... .max, using: &random))
            }
            var parameters = Cadence.Parameters()
            parameters.minimumIntervals = [-1, 0, 1, 9, .max].randomElement(using: &random)!
            parameters.maximumVariation = 1e300
            parameters.maximumIntervalAgreement = -1
            parameters.margin = 0
            parameters.maximumDayExcess = 0
            _ = Cadence(parameters).finding(in: history)
            parameters.maximumVariation = 0
            _ = Cadence(parameters).finding(in: history)
        }
    }
}
