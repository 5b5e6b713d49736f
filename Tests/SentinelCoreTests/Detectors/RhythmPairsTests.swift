import Testing

@testable import SentinelCore

/// Pairs that are counted as occasions come and go are those that are there.
struct RhythmPairsTests {
    private static let minute: Int64 = 60_000

    private func distance(_ one: Int64, _ other: Int64, around circle: Int64) -> Int64 {
        min(abs(one - other), circle - abs(one - other))
    }

    /// All pairs looked at, one by one.
    private func expected(_ times: PostTimes) -> [Int] {
        let intervals = times.intervals
        var like = 0
        for (place, interval) in intervals.enumerated() {
            let tolerance = interval < 720 * Self.minute ? min(interval / 8, 10 * Self.minute) : 2 * Self.minute
            like += intervals[(place + 1)...].count { $0 <= interval + tolerance }
        }
        var sessions: [Int64] = []
        for (place, occasion) in times.occasions.enumerated()
        where place == 0 || occasion.first - times.occasions[place - 1].last > 5 * Self.minute {
            sessions.append((occasion.first % (1440 * Self.minute) + 1440 * Self.minute) / Self.minute % 1440)
        }
        var (hour, day, near) = (0, 0, 0)
        for (place, one) in sessions.enumerated() {
            for other in sessions[(place + 1)...] {
                if distance(one % 60, other % 60, around: 60) <= 1 { hour += 1 }
                if distance(one, other, around: 1440) <= 2 { day += 1 }
                if distance(one / 40, other / 40, around: 36) <= 1 { near += 1 }
            }
        }
        return [like, sessions.count, hour, day, near]
    }

    private func counted(_ times: PostTimes) -> [Int] {
        let pairs = times.pairs
        return [pairs.likeIntervals, pairs.sessions, pairs.sameMinute, pairs.sameTimeOfDay, pairs.nearTimeOfDay]
    }

    @Test(arguments: 0..<10)
    func `they are those that are there, whatever the times and the order`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        // Paces from seconds to days, about the borders of tolerance and session; now and then a post that comes late.
        let paces: [Int64] = [3_000, 60_000, 290_000, 305_000, 3_600_000, 43_100_000, 43_300_000, 86_400_000]
        var times = PostTimes()
        var now = Int64.random(in: -10_000_000_000...10_000_000_000, using: &random)
        for post in 0..<400 {
            let pace = paces.randomElement(using: &random)!
            now += Int64.random(in: pace * 9 / 10...pace * 11 / 10, using: &random)
            let isLate = Int.random(in: 0..<20, using: &random) == 0
            times.append(isLate ? now - Int64.random(in: 0...600_000, using: &random) : now)
            // Looking at all pairs takes its time; what goes wrong at one post stays wrong.
            if post % 5 == 0 { #expect(counted(times) == expected(times)) }
        }
        times.forget(upTo: now - 86_400_000)
        #expect(counted(times) == expected(times))
    }

    @Test func `those of a handful are counted by hand`() {
        var times = PostTimes()
        // Sessions at 0:00, 1:01 and 0:02 of the next day, in slots 0, 1 and 0; no tolerance joins 61 and 1,381 minutes.
        for minutes in [0, 61, 1442] as [Int64] { times.append(minutes * Self.minute) }
        #expect(counted(times) == [0, 3, 2, 1, 3])
        // A minute later is the same session, an interval of one minute.
        times.append(1443 * Self.minute)
        #expect(counted(times) == [0, 3, 2, 1, 3])
    }
}
