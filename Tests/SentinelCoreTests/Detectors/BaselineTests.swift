import Testing

@testable import SentinelCore

struct BaselineTests {
    private static let hour: Int64 = 3_600_000
    private static let day = 24 * hour

    /// Four posts in each of four hours of every day, always from one network: 09:00, 10:00, 11:00 and 12:00.
    private func office(days: Int64, network: UInt32? = 7) -> Baseline {
        var baseline = Baseline()
        for day in 0..<days {
            for hour in Int64(9)...12 {
                for minute in Int64(0)..<4 {
                    baseline.append(at: day * Self.day + hour * Self.hour + minute * 60_000, network: network)
                }
            }
        }
        return baseline
    }

    @Test func `the share of an hour is smoothed around the clock`() throws {
        var baseline = office(days: 1)
        baseline.append(at: Self.day + 10 * Self.hour)
        // Three of the four hours have ended and the fourth ends now: 9 and 11 count by a quarter, 10 by half.
        #expect(baseline.activeHours == 4)
        #expect(baseline.shareOfHour == 0.25)
        var late = office(days: 1)
        late.append(at: Self.day + 13 * Self.hour)
        #expect(late.shareOfHour == 0.0625)
        late = office(days: 1)
        late.append(at: Self.day + 14 * Self.hour)
        #expect(late.shareOfHour == 0)
    }

    @Test func `midnight lies beside eleven at night`() {
        var baseline = Baseline()
        baseline.append(at: 23 * Self.hour)
        baseline.append(at: Self.day)
        #expect(baseline.hourOfDay == 0)
        #expect(baseline.shareOfHour == 0.25)
    }

    @Test func `the rate is compared in logarithms`() throws {
        var baseline = office(days: 1)
        for second in Int64(0)..<32 { baseline.append(at: Self.day + 9 * Self.hour + second * 1000) }
        // Always 4 posts: log₂ is 2 with no spread, so that one counts as the deviation; 32 is 5.
        #expect(baseline.usualPosts == 4)
        #expect(baseline.excess == 3)
    }

    @Test func `two deviations are needed, and history`() throws {
        let detector = BaselineDeviation()
        var usual = office(days: 30)
        for second in Int64(0)..<100 {
            usual.append(at: 30 * Self.day + 10 * Self.hour + second * 1000, network: 7)
        }
        // More than ever, but at the usual hour from the usual network.
        #expect(detector.finding(in: usual) == nil)
        var moved = office(days: 30)
        moved.append(at: 30 * Self.day + 3 * Self.hour, network: 8)
        let found = try #require(detector.finding(in: moved))
        #expect(found.rule == "baseline_deviation")
        #expect(found.description.hasPrefix("unlike this user: at 03:00 UTC, where 0.0 % of "))
        #expect(found.evidence["deviations"] == .array([.string("hour"), .string("network")]))
        var taken = office(days: 30)
        for second in Int64(0)..<100 {
            taken.append(at: 30 * Self.day + 3 * Self.hour + second * 1000, network: 7)
        }
        #expect(detector.finding(in: taken)?.evidence["deviations"] == .array([.string("hour"), .string("rate")]))
        var young = office(days: 10)
        young.append(at: 10 * Self.day + 3 * Self.hour, network: 8)
        #expect(detector.finding(in: young) == nil)
    }

    @Test func `a flood does not teach the baseline its own hour`() {
        var baseline = office(days: 30)
        for second in Int64(0)..<3000 { baseline.append(at: 30 * Self.day + 3 * Self.hour + second * 1000, network: 9) }
        #expect(BaselineDeviation().finding(in: baseline) != nil)
        baseline.append(at: 31 * Self.day + 3 * Self.hour, network: 9)
        #expect((baseline.shareOfHour ?? 1) < 0.01)
    }

    @Test func `a traveller has new networks as a habit`() {
        var baseline = Baseline()
        for day in Int64(0)..<40 {
            for hour in Int64(9)...12 {
                baseline.append(at: day * Self.day + hour * Self.hour, network: UInt32(day / 2))
            }
        }
        baseline.append(at: 40 * Self.day + 3 * Self.hour, network: 999)
        // About one active hour in eight brings one.
        #expect((baseline.noveltyOfNetwork ?? 0) > 0.1)
        #expect(BaselineDeviation().finding(in: baseline) == nil)
    }

    @Test func `counts are halved in ninety days`() throws {
        var baseline = office(days: 1)
        baseline.append(at: Self.day)
        let before = baseline.weight
        baseline.append(at: 91 * Self.day)
        // The hour that ended with the fade joined before it.
        #expect(abs(baseline.weight - (before + 1) / 2) < 0.1)
    }

    @Test func `what is stored is read back and is small`() throws {
        var random = SeededGenerator(seed: 2)
        var baseline = Baseline()
        #expect(try Baseline(decoding: baseline.encoded()) == baseline)
        var time: Int64 = 1_700_000_000_000
        var longest = 0
        for _ in 0..<20_000 {
            time += random.number(in: 0...4_000_000)
            baseline.append(
                at: time, network: random.chance(0.7) ? UInt32(random.index(below: 50)) &* 0x9E37_79B9 : nil)
            longest = max(longest, baseline.encoded().count)
        }
        #expect(longest <= 220)
        #expect(try Baseline(decoding: baseline.encoded()) == baseline)
        let bytes = baseline.encoded()
        for length in 0..<bytes.count {
            #expect(throws: StateDecodingError.self) { try Baseline(decoding: Array(bytes[..<length])) }
        }
    }

    @Test func `storing in between changes no finding`() throws {
        var random = SeededGenerator(seed: 4)
        var whole = Baseline()
        var stored = Baseline()
        let detector = BaselineDeviation()
        var time: Int64 = 0
        for _ in 0..<3000 {
            time += random.number(in: 0...7_000_000)
            let network = UInt32(random.index(below: 6))
            whole.append(at: time, network: network)
            stored.append(at: time, network: network)
            if random.chance(0.3) { stored = try Baseline(decoding: stored.encoded()) }
            #expect(detector.finding(in: stored) == detector.finding(in: whole))
        }
        #expect(stored == whole)
    }

    @Test func `no times and no bytes crash a baseline`() {
        var random = SeededGenerator(seed: 6)
        let times: [Int64] = [.min, .max, 0, -1, 1, .min + 1, .max - 1, 1_700_000_000_000]
        let detector = BaselineDeviation()
        for _ in 0..<300 {
            var baseline = Baseline()
            for _ in 0..<20 {
                baseline.append(at: random.pick(times), network: UInt32(truncatingIfNeeded: random.next()))
                _ = detector.finding(in: baseline)
            }
            var bytes = baseline.encoded()
            bytes[random.index(below: bytes.count)] = UInt8(truncatingIfNeeded: random.next())
            if var changed = try? Baseline(decoding: bytes) {
                for time in times {
                    changed.append(at: time, network: 1)
                    _ = detector.finding(in: changed)
                    _ = changed.encoded()
                }
            }
        }
        for _ in 0..<5000 {
            let bytes = (0..<random.index(below: 120)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            _ = try? Baseline(decoding: [1] + bytes)
        }
    }
}
