/// The occasions on which one user posted lately: what the times of his posts say about rhythm, and nothing else.
///
/// Posts that follow the one before within `gap` are one occasion: several posts of one click, paste or push, and all that
/// bear the same second. Without that, a batch of a post a second would be a perfect clock, and a timer that posts in pairs
/// would hide. So a batch costs one place here however long it is, and nobody can push his rhythm out of sight with it.
///
/// Occasions are the same in whatever order the posts arrive. Bounded: 128 occasions, at most 128 × 6 bytes and a few more
/// when they are hours apart and short, 128 × 22 bytes with the most hostile times.
struct PostTimes: Sendable, Equatable {
    /// Both in ms since 1970; `last` is never before `first`.
    struct Occasion: Sendable, Equatable {
        var first: Int64
        var last: Int64
        /// How many, 1…`maximumPosts`.
        var posts = 1

        mutating func count(_ more: Int) { posts = min(posts + more, PostTimes.maximumPosts) }
    }

    /// Up to here the posts of an occasion are counted; a longer batch is one of so many.
    static let maximumPosts = 255

    /// How many occasions are kept. A week of a timer that posts every eighty minutes.
    static let capacity = 128
    /// In ms. What people do one by one takes longer.
    static let gap: Int64 = 2_000

    /// Oldest first, more than `gap` apart, never more than `capacity`.
    private(set) var occasions: [Occasion] = []
    /// The times from the beginning of each occasion to the next one's, in ms, shortest first. Kept up to date instead of
    /// sorted at every event; follows from `occasions`.
    private(set) var intervals: [Int64] = []
    /// What `Rhythm` counts, kept up to date likewise.
    private(set) var pairs = RhythmPairs()

    init() {}

    static func == (one: PostTimes, other: PostTimes) -> Bool { one.occasions == other.occasions }

    /// Takes in a post, wherever its time belongs; the oldest of too many occasions is forgotten.
    mutating func append(_ time: Int64) {
        let place = occasions.lastIndex { $0.first <= time } ?? -1
        let next = place + 1
        let reachesNext = next < occasions.count && Self.isBatch(time, occasions[next].first)
        if place >= 0, Self.isBatch(occasions[place].last, time) {
            occasions[place].last = max(occasions[place].last, time)
            occasions[place].count(1)
            guard reachesNext else {
                // What follows may belong to the same session now.
                return next < occasions.count ? recount() : ()
            }
            occasions[place].last = occasions[next].last
            occasions[place].count(occasions[next].posts)
            occasions.remove(at: next)
            recount()
        } else if reachesNext {
            occasions[next].first = time
            occasions[next].count(1)
            recount()
        } else if next < occasions.count {
            occasions.insert(Occasion(first: time, last: time), at: next)
            if occasions.count > Self.capacity { occasions.removeFirst() }
            recount()
        } else {
            if let last = occasions.last { insertInterval(Self.distance(last.first, time)) }
            if Self.beginsSession(time, after: occasions.last) { pairs.addSession(at: time) }
            occasions.append(Occasion(first: time, last: time))
            if occasions.count > Self.capacity { forgetOldest() }
        }
    }

    private mutating func forgetOldest() {
        let (oldest, next) = (occasions[0], occasions[1])
        removeInterval(Self.distance(oldest.first, next.first))
        pairs.removeSession(at: oldest.first)
        if !Self.beginsSession(next.first, after: oldest) { pairs.addSession(at: next.first) }
        occasions.removeFirst()
    }

    /// Forgets what was up to this time; of an occasion that goes on after it, its last post is left.
    mutating func forget(upTo time: Int64) {
        occasions.removeAll { $0.last <= time }
        if let first = occasions.first, first.first <= time {
            occasions[0] = Occasion(first: first.last, last: first.last)
        }
        recount()
    }

    /// A difference that leaves room to calculate with, whatever the times are.
    static func distance(_ earlier: Int64, _ later: Int64) -> Int64 {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? 1 << 60 : min(difference, 1 << 60)
    }

    private static func isBatch(_ earlier: Int64, _ later: Int64) -> Bool {
        distance(earlier, later) <= gap
    }

    /// Whether an occasion that begins then is the first of a session.
    static func beginsSession(_ time: Int64, after occasion: Occasion?) -> Bool {
        occasion.map { distance($0.last, time) > Rhythm.sessionGap } ?? true
    }

    private mutating func insertInterval(_ interval: Int64) {
        pairs.likeIntervals += RhythmPairs.intervals(like: interval, among: intervals)
        intervals.insert(interval, at: intervals.firstPlace { $0 >= interval })
    }

    private mutating func removeInterval(_ interval: Int64) {
        intervals.remove(at: intervals.firstPlace { $0 >= interval })
        pairs.likeIntervals -= RhythmPairs.intervals(like: interval, among: intervals)
    }

    private mutating func recount() {
        intervals = []
        pairs = RhythmPairs()
        var before: Occasion?
        for occasion in occasions {
            if let before { insertInterval(Self.distance(before.first, occasion.first)) }
            if Self.beginsSession(occasion.first, after: before) { pairs.addSession(at: occasion.first) }
            before = occasion
        }
    }
}

// MARK: - Stored form

extension PostTimes {
    /// The number of occasions; of each the time since the end of the one before, how long it lasted, and
    /// how many posts it was.
    func write(to writer: inout StateWriter) {
        writer.varint(UInt64(occasions.count))
        var before: Int64 = 0
        for occasion in occasions {
            writer.signed(occasion.first &- before)
            writer.varint(UInt64(bitPattern: occasion.last &- occasion.first))
            writer.varint(UInt64(occasion.posts))
            before = occasion.last
        }
    }

    init(from reader: inout StateReader) throws(StateDecodingError) {
        let count = try reader.count(atMost: Self.capacity)
        occasions.reserveCapacity(count)
        var before: Int64 = 0
        for _ in 0..<count {
            let first = before &+ (try reader.signed())
            let last = first &+ Int64(bitPattern: try reader.varint())
            guard last >= first else { throw .malformed("an occasion that ends at \(last) before it begins") }
            if let previous = occasions.last, first <= previous.last || Self.isBatch(previous.last, first) {
                throw .malformed("an occasion at \(first) out of order")
            }
            let posts = try reader.count(atMost: Self.maximumPosts)
            guard posts > 1 || (posts == 1 && first == last) else {
                throw .malformed("an occasion of \(posts) posts from \(first) to \(last)")
            }
            before = last
            occasions.append(Occasion(first: first, last: last, posts: posts))
        }
        recount()
    }
}
