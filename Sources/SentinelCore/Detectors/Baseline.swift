import Glibc

/// What one user's activity usually looks like: at which hours of the day, how much in an hour, from which networks.
///
/// Everything is counted by active hours, not by posts: an hour with one post and an hour with a hundred are one hour of
/// habit, so that a flood cannot teach the baseline what it is compared with. The hour in progress is kept apart and joins
/// the baseline when the next one begins. Counts are halved every 90 days, so that habits may change.
///
/// Whole numbers only: the stored form is the value itself, and the same events give the same findings however they are
/// batched. Bounded: at most about 220 bytes encoded, whatever the user does.
package struct Baseline: Sendable, Equatable {
    /// A network that the user came from.
    struct Known: Sendable, Equatable {
        /// A hash, cut to 32 bits.
        var network: UInt32
        /// The hour it was last seen in.
        var last: Int64
    }

    /// How many networks are remembered; the one not seen for longest is forgotten.
    static let capacity = 8
    /// Counts, and sums of logarithms, are in units of 2⁻¹⁶, so that they can fade.
    static let one: UInt32 = 65_536
    /// 2^(-1/90) in units of 2⁻¹⁶: what is left of a count after a day.
    private static let dailyDecay: UInt64 = 65_033
    /// After so many days nothing is left of any count.
    private static let longestDecay: Int64 = 2200
    private static let hourLength: Int64 = 3_600_000

    /// Active hours by hour of the day (UTC), fading.
    private(set) var hours = [UInt32](repeating: 0, count: 24)
    /// Active hours with a network, and those of them that brought a new one; fading.
    private(set) var networkHours: UInt32 = 0
    private(set) var newNetworkHours: UInt32 = 0
    /// Sums, over the active hours and fading with them, of log₂ of their posts and of its square.
    private(set) var logSum: UInt64 = 0
    private(set) var logSquareSum: UInt64 = 0
    /// All active hours and posts ever.
    package private(set) var activeHours: UInt64 = 0
    package private(set) var posts: UInt64 = 0
    /// The first hour ever, in hours since 1970.
    private(set) var first: Int64 = 0
    /// The hour in progress: hours since 1970, its posts, whether a new network came in it.
    private(set) var current: Int64 = 0
    private(set) var currentPosts: UInt64 = 0
    private(set) var currentHasNetwork = false
    private(set) var currentIsNewNetwork = false
    private(set) var known: [Known] = []
    /// The log position applied last; the caller sets it and asks it before an `append`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in an event. One that comes late counts for the hour in progress.
    ///
    /// - Parameters:
    ///   - time: ms since 1970.
    ///   - network: a hash of the network the event came from (`AddressRotation.Place`); nil if there is no address.
    package mutating func append(at time: Int64, network: UInt32? = nil) {
        let hour = time / Self.hourLength
        if posts == 0 {
            first = hour
            current = hour
        } else if hour > current {
            close()
            fade(from: current, to: hour)
            current = hour
        }
        if posts < .max { posts += 1 }
        if currentPosts < .max { currentPosts += 1 }
        guard let network else { return }
        currentHasNetwork = true
        if let place = known.firstIndex(where: { $0.network == network }) {
            known[place].last = current
        } else {
            // The first network ever is nothing new.
            if !known.isEmpty { currentIsNewNetwork = true }
            if known.count == Self.capacity, let oldest = known.indices.min(by: { known[$0].last < known[$1].last }) {
                known.remove(at: oldest)
            }
            known.append(Known(network: network, last: current))
        }
    }

    /// Lets the hour in progress join the baseline.
    private mutating func close() {
        let log = log2(Double(currentPosts))
        hours[Self.ofDay(current)] += Self.one
        logSum += UInt64((log * Double(Self.one)).rounded())
        logSquareSum += UInt64((log * log * Double(Self.one)).rounded())
        if currentHasNetwork { networkHours += Self.one }
        if currentIsNewNetwork { newNetworkHours += Self.one }
        if activeHours < .max { activeHours += 1 }
        currentPosts = 0
        currentHasNetwork = false
        currentIsNewNetwork = false
    }

    /// Counts fade at the end of each day.
    private mutating func fade(from: Int64, to: Int64) {
        let days = min(max(0, to / 24 - from / 24), Self.longestDecay)
        for _ in 0..<days {
            for hour in hours.indices { hours[hour] = Self.faded(hours[hour]) }
            networkHours = Self.faded(networkHours)
            newNetworkHours = Self.faded(newNetworkHours)
            logSum = Self.faded(logSum)
            logSquareSum = Self.faded(logSquareSum)
        }
    }

    private static func faded<Count: FixedWidthInteger>(_ count: Count) -> Count {
        // At most 24 hours come in and a 130th of all goes out each day: far below the 48 bits there is room for.
        Count(truncatingIfNeeded: (UInt64(truncatingIfNeeded: count) * dailyDecay) >> 16)
    }

    static func ofDay(_ hour: Int64) -> Int { Int((hour % 24 + 24) % 24) }
}

// MARK: - What is usual

extension Baseline {
    /// The active hours that still count.
    package var weight: Double { Double(hours.reduce(0) { $0 + UInt64($1) }) / Double(Self.one) }

    /// Days from the first hour to the one in progress.
    package var days: Int64 { max(0, current / 24 - first / 24) }

    /// The hour of the day in progress, 0…23, in UTC.
    package var hourOfDay: Int { Self.ofDay(current) }

    /// The share of the active hours that lie at the present hour of the day or, by half, beside it: the histogram
    /// smoothed around the clock with the weights ¼, ½, ¼. Nil without history.
    package var shareOfHour: Double? {
        let total = hours.reduce(0) { $0 + UInt64($1) }
        guard total > 0 else { return nil }
        let hour = hourOfDay
        let near = UInt64(hours[hour]) * 2 + UInt64(hours[(hour + 23) % 24]) + UInt64(hours[(hour + 1) % 24])
        return Double(near) / 4 / Double(total)
    }

    /// How many standard deviations the posts of the hour in progress lie above the mean of the active hours, in
    /// logarithms: people's hours are log-normal rather than normal. A deviation below a factor of two counts as one.
    package var excess: Double? {
        let total = Double(hours.reduce(0) { $0 + UInt64($1) })
        guard total > 0, currentPosts > 0 else { return nil }
        let mean = Double(logSum) / total
        let variance = Double(logSquareSum) / total - mean * mean
        return (log2(Double(currentPosts)) - mean) / max(1, max(0, variance).squareRoot())
    }

    /// The geometric mean of the posts of an active hour.
    package var usualPosts: Double {
        let total = Double(hours.reduce(0) { $0 + UInt64($1) })
        return total > 0 ? exp2(Double(logSum) / total) : 0
    }

    /// How often an active hour brings a new network, by the rule of succession; nil where the present one brings none.
    package var noveltyOfNetwork: Double? {
        guard currentIsNewNetwork else { return nil }
        return (Double(newNetworkHours) + Double(Self.one)) / (Double(networkHours) + 2 * Double(Self.one))
    }

    /// The active hours with a network that still count.
    package var networkWeight: Double { Double(networkHours) / Double(Self.one) }
}

// MARK: - Stored form

extension Baseline {
    private static let version: UInt8 = 1

    /// Version, last position, totals, the hour in progress, sums, the 24 counts, the networks.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 200)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.varint(posts)
        writer.varint(activeHours)
        writer.signed(first)
        writer.signed(current &- first)
        writer.varint(currentPosts)
        writer.byte((currentHasNetwork ? 1 : 0) | (currentIsNewNetwork ? 2 : 0))
        writer.varint(logSum)
        writer.varint(logSquareSum)
        writer.varint(UInt64(networkHours))
        writer.varint(UInt64(newNetworkHours))
        for hour in hours { writer.varint(UInt64(hour)) }
        writer.varint(UInt64(known.count))
        for known in known {
            writer.varint(UInt64(known.network))
            writer.signed(current &- known.last)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        posts = try reader.varint()
        activeHours = try reader.varint()
        first = try Self.hour(try reader.signed())
        current = try Self.hour(first &+ (try reader.signed()))
        currentPosts = try reader.varint()
        let flags = try reader.byte()
        guard flags <= 3 else { throw .malformed("unknown flags") }
        currentHasNetwork = flags & 1 != 0
        currentIsNewNetwork = flags & 2 != 0
        logSum = try Self.count(&reader)
        logSquareSum = try Self.count(&reader)
        networkHours = UInt32(try Self.small(&reader))
        newNetworkHours = UInt32(try Self.small(&reader))
        for hour in hours.indices { hours[hour] = UInt32(try Self.small(&reader)) }
        for _ in 0..<(try reader.count(atMost: Self.capacity)) {
            let network = try reader.varint()
            guard network <= UInt64(UInt32.max) else { throw .malformed("a network of more than 32 bits") }
            known.append(
                Known(network: UInt32(network), last: try Self.hour(current &- (try reader.signed()))))
        }
        try reader.finish()
        guard posts > 0 || self == Self.untouched(at: lastEntry) else { throw .malformed("a baseline without posts") }
        guard posts == 0 || currentPosts > 0 else { throw .malformed("an hour without posts") }
    }

    private static func untouched(at position: LogPosition) -> Baseline {
        var baseline = Baseline()
        baseline.lastEntry = position
        return baseline
    }

    /// An hour since 1970 that a time in ms can lie in.
    private static func hour(_ value: Int64) throws(StateDecodingError) -> Int64 {
        guard abs(value.clamped) <= Int64.max / hourLength else { throw .malformed("an hour beyond all times") }
        return value
    }

    /// Bounds that no history reaches, so that sums of what was read cannot overflow.
    private static func count(_ reader: inout StateReader) throws(StateDecodingError) -> UInt64 {
        let value = try reader.varint()
        guard value < 1 << 44 else { throw .malformed("a sum of more than 44 bits") }
        return value
    }

    private static func small(_ reader: inout StateReader) throws(StateDecodingError) -> UInt64 {
        let value = try reader.varint()
        guard value < 1 << 30 else { throw .malformed("a count of more than 30 bits") }
        return value
    }
}

extension Int64 {
    /// The least number has no absolute value.
    fileprivate var clamped: Int64 { self == .min ? .max : self }
}
