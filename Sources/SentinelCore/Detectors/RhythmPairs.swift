/// The pairs that `Rhythm` goes by, counted as occasions come and go: to count all of them anew at every post would be most
/// of what a post costs.
struct RhythmPairs: Sendable, Equatable {
    /// Pairs of intervals that are alike.
    var likeIntervals = 0
    /// Pairs of sessions that begin in the same minute of the hour or in neighbouring ones.
    private(set) var sameMinute = 0
    /// Pairs of sessions that begin within two minutes of the same time of day, and about an hour: in the same forty minutes
    /// or in neighbouring ones.
    private(set) var sameTimeOfDay = 0
    private(set) var nearTimeOfDay = 0
    /// The minute of the day in which each session begins, in no order.
    private var minutes: [Int16] = []

    private static let day = 24 * Rhythm.hour
    private static let minutesOfDay: Int16 = 24 * 60
    private static let slot: Int16 = 40

    var sessions: Int { minutes.count }

    mutating func addSession(at time: Int64) {
        let minute = Self.minute(of: time)
        count(minute, by: 1)
        minutes.append(minute)
    }

    /// One that was added.
    mutating func removeSession(at time: Int64) {
        let minute = Self.minute(of: time)
        guard let place = minutes.firstIndex(of: minute) else { return }
        minutes.swapAt(place, minutes.count - 1)
        minutes.removeLast()
        count(minute, by: -1)
    }

    /// Adds the pairs that this minute makes with the others.
    private mutating func count(_ minute: Int16, by step: Int) {
        var (hour, day, near) = (0, 0, 0)
        for other in minutes {
            if Self.distance(minute, other, around: Self.minutesOfDay) <= 2 { day += 1 }
            if Self.distance(minute % 60, other % 60, around: 60) <= 1 { hour += 1 }
            if Self.distance(minute / Self.slot, other / Self.slot, around: Self.minutesOfDay / Self.slot) <= 1 {
                near += 1
            }
        }
        sameMinute += step * hour
        sameTimeOfDay += step * day
        nearTimeOfDay += step * near
    }

    /// The shorter way between two points of a circle.
    @inline(__always)
    private static func distance(_ one: Int16, _ other: Int16, around circle: Int16) -> Int16 {
        let way = one > other ? one &- other : other &- one
        return min(way, circle &- way)
    }

    private static func minute(of time: Int64) -> Int16 {
        let inDay = time % day
        return Int16(truncatingIfNeeded: (inDay < 0 ? inDay + day : inDay) / Rhythm.minute)
    }

    /// How much longer an interval may be than another and still be like it.
    ///
    /// An eighth, but no more than ten minutes: a machine's delay is that of its queue, not a share of its period. From
    /// half a day on two minutes: people have daily habits, but not to the minute.
    private static func tolerance(_ interval: Int64) -> Int64 {
        interval < Rhythm.daily ? min(interval / 8, 10 * Rhythm.minute) : 2 * Rhythm.minute
    }

    /// How many of these intervals, shortest first, are like this one.
    static func intervals(like interval: Int64, among sorted: [Int64]) -> Int {
        let start = sorted.firstPlace { $0 >= interval }
        let end = sorted.firstPlace { $0 > interval + tolerance(interval) }
        // Of the shorter ones those that reach it: the reach grows with them, but falls back once, at half a day.
        let daily = sorted.firstPlace { $0 >= min(Rhythm.daily, interval) }
        let shorter = sorted.firstPlace { $0 >= Rhythm.daily || $0 + tolerance($0) >= interval }
        let reaching = sorted.firstPlace { $0 >= max(Rhythm.daily, interval - tolerance(Rhythm.daily)) }
        return end - start + max(0, daily - shorter) + max(0, start - reaching)
    }
}

extension Array {
    /// Where the first element stands for which this holds; it must hold for all behind it.
    func firstPlace(where holds: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
