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
        // Eleven, three and two of sixteen alike: (55 + 3 + 1) ÷ 120; the limit is 0.075 + 2 ÷ 16.
        #expect(finding.evidence["interval_agreement"] == .double(0.492))
        #expect(finding.evidence["maximum_interval_agreement"] == .double(0.2))
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

    // MARK: Spread

    @Test func `intervals without the pauses that people make are found`() {
        // Twenty different intervals from 700 s to 2,980 s: no two in three alike, but nothing longer.
        let spread = [700, 2_980, 820, 2_600, 960, 2_250, 1_130, 1_950, 1_330, 1_680].map(Double.init)
        #expect(sign(of: history(intervals: spread + spread)) != nil)
        #expect(rhythm(intervals: spread).spread == 2_600.0 / 820)
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
            _ = Cadence(parameters).finding(in: history)
            parameters.maximumVariation = 0
            _ = Cadence(parameters).finding(in: history)
        }
    }
}
