/// What one subject did in a span of time: how much on which day, and with whom.
///
/// Of a user the others are addresses; of an address they are users. Bounded: 32 days and 24 others; 60 to 300 bytes
/// encoded, 8 KB with the longest ids.
package struct Activity: Sendable, Equatable {
    package struct Day: Sendable, Equatable {
        /// Days since 1970.
        package var number: Int64
        /// Entries of the log, reports included.
        package var events: UInt64 = 0
        /// Posts, those that were refused included.
        package var messages: UInt64 = 0
        package var refused: UInt64 = 0
        package var tokens: UInt64 = 0
    }

    /// Somebody at the other end: a user's address, or an address' user.
    package struct Peer: Sendable, Equatable {
        package var id: [UInt8]
        /// The user of the last event is not registered.
        package var isAnonymous: Bool
        /// When it was last seen, ms since 1970.
        package var last: Int64
    }

    package static let mostDays = 32
    package static let mostPeers = 24
    private static let dayLength: Int64 = 86_400_000

    /// Earliest first.
    package private(set) var days: [Day] = []
    /// Those seen last; in no order.
    package private(set) var peers: [Peer] = []
    /// There were more peers than are kept.
    package private(set) var isCrowded = false
    /// Entries of the log; the newest of them are kept one by one (``ActivityShelf/Field``).
    package private(set) var events: UInt64 = 0
    /// When the account was created, as the newest event that says it says, ms since 1970.
    package private(set) var created: Int64?
    package private(set) var first: Int64?
    package private(set) var last: Int64?
    /// The log position applied last.
    package private(set) var lastEntry = LogPosition.start

    package init() {}

    /// What somebody else told of it: sums instead of days.
    package init(
        events: UInt64, created: Int64?, first: Int64?, last: Int64?, isCrowded: Bool, tokens: UInt64, at time: Int64
    ) {
        self.events = events
        self.created = created
        self.first = first
        self.last = last
        self.isCrowded = isCrowded
        days = [Day(number: Self.day(of: time), tokens: tokens)]
    }

    mutating func append(_ peer: Peer) { peers.append(peer) }

    /// Takes in an entry; false for one that it has already.
    /// - Parameters:
    ///   - peer: who stands at the other end, if anybody.
    ///   - created: when the account was created, if the event says so.
    package mutating func add(_ entry: ActivityEntry, isPost: Bool, peer: [UInt8]?, created: Int64?) -> Bool {
        guard lastEntry < entry.position else { return false }
        lastEntry = entry.position
        if events < .max { events += 1 }
        first = min(first ?? entry.at, entry.at)
        last = max(last ?? entry.at, entry.at)
        if let created { self.created = created }
        count(entry, isPost: isPost)
        if let peer { note(Peer(id: peer, isAnonymous: entry.isAnonymous, last: entry.at)) }
        return true
    }

    private mutating func count(_ entry: ActivityEntry, isPost: Bool) {
        let number = Self.day(of: entry.at)
        var place = days.count
        while place > 0, days[place - 1].number > number { place -= 1 }
        if place == 0 || days[place - 1].number != number {
            if days.count == Self.mostDays {
                if place == 0 { return }
                days.removeFirst()
                place -= 1
            }
            days.insert(Day(number: number), at: place)
            place += 1
        }
        days[place - 1].add(
            Day(
                number: number, events: 1, messages: isPost ? 1 : 0, refused: isPost && entry.isRefused ? 1 : 0,
                tokens: UInt64(clamping: entry.tokens)))
    }

    private mutating func note(_ peer: Peer) {
        if let place = peers.firstIndex(where: { $0.id == peer.id }) {
            if peers[place].last <= peer.last { peers[place] = peer }
            return
        }
        if peers.count == Self.mostPeers {
            isCrowded = true
            let oldest = peers.indices.min { peers[$0].last < peers[$1].last }!
            guard peers[oldest].last <= peer.last else { return }
            peers.remove(at: oldest)
        }
        peers.append(peer)
    }

    /// Takes in what the same subject did in another span. The peers of all spans are kept.
    package mutating func merge(_ other: Activity) {
        let (sum, overflow) = events.addingReportingOverflow(other.events)
        events = overflow ? .max : sum
        if let created = other.created, created != self.created, other.lastEntry > lastEntry || self.created == nil {
            self.created = created
        }
        first = [first, other.first].compactMap(\.self).min()
        last = [last, other.last].compactMap(\.self).max()
        lastEntry = max(lastEntry, other.lastEntry)
        isCrowded = isCrowded || other.isCrowded
        for peer in other.peers {
            if let place = peers.firstIndex(where: { $0.id == peer.id }) {
                if peers[place].last < peer.last { peers[place] = peer }
            } else {
                peers.append(peer)
            }
        }
        for day in other.days {
            if let place = days.firstIndex(where: { $0.number == day.number }) {
                days[place].add(day)
            } else {
                days.insert(day, at: days.firstIndex { $0.number > day.number } ?? days.count)
            }
        }
    }

    /// The sums of the days that are not more than so many days ago, today included.
    package func totals(at time: Int64, days count: Int64) -> Day {
        let today = Self.day(of: time)
        var sum = Day(number: today)
        for day in days where day.number > today - count && day.number <= today { sum.add(day) }
        return sum
    }

    /// How many of the last days there are since the first one with an event: 1…count.
    package func span(at time: Int64, days count: Int64) -> Int64 {
        let today = Self.day(of: time)
        let first = days.first { $0.number > today - count }?.number ?? today
        return max(1, today - first + 1)
    }

    private static func day(of time: Int64) -> Int64 {
        time / dayLength - (time % dayLength < 0 ? 1 : 0)
    }
}

extension Activity.Day {
    fileprivate mutating func add(_ other: Self) {
        events = Self.sum(events, other.events)
        messages = Self.sum(messages, other.messages)
        refused = Self.sum(refused, other.refused)
        tokens = Self.sum(tokens, other.tokens)
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : sum
    }
}

// MARK: - Stored form

extension Activity {
    private static let version: UInt8 = 1

    /// Version, counts and times, then the days, each by its distance from the one before, and the peers.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 64 + days.count * 8 + peers.count * 24)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.varint(events)
        writer.byte((isCrowded ? 1 : 0) | (created != nil ? 2 : 0) | (first != nil ? 4 : 0))
        if let created { writer.signed(created) }
        if let first, let last {
            writer.signed(first)
            writer.signed(last)
        }
        writer.varint(UInt64(days.count))
        var before: Int64 = 0
        for day in days {
            writer.signed(day.number - before)
            before = day.number
            for count in [day.events, day.messages, day.refused, day.tokens] { writer.varint(count) }
        }
        writer.varint(UInt64(peers.count))
        for peer in peers {
            writer.run(peer.id)
            writer.byte(peer.isAnonymous ? 1 : 0)
            writer.signed(peer.last)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        events = try reader.varint()
        let marks = try reader.byte()
        guard marks < 8 else { throw .malformed("the marks \(marks)") }
        isCrowded = marks & 1 != 0
        if marks & 2 != 0 { created = try reader.signed() }
        if marks & 4 != 0 {
            first = try reader.signed()
            last = try reader.signed()
        }
        let limit = Int64.max / Self.dayLength
        for _ in 0..<(try reader.count(atMost: Self.mostDays)) {
            let number = (days.last?.number ?? 0) &+ (try reader.signed())
            guard -limit - 1...limit ~= number, number > days.last?.number ?? .min else {
                throw .malformed("the day \(number) out of order")
            }
            days.append(
                Day(
                    number: number, events: try reader.varint(), messages: try reader.varint(),
                    refused: try reader.varint(), tokens: try reader.varint()))
        }
        for _ in 0..<(try reader.count(atMost: Self.mostPeers)) {
            let id = try reader.run(atMost: Subject.maximumIdBytes)
            peers.append(Peer(id: id, isAnonymous: try reader.byte() == 1, last: try reader.signed()))
        }
        try reader.finish()
    }
}
