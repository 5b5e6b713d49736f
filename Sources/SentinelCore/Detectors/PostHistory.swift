/// What is remembered of one user's posts: how many there were, times and fingerprints of the last twenty, and the last
/// occasions on which the user posted.
///
/// What a post is, the caller decides: content and messages, not signups or reads.
/// Bounded, whatever the user sends: about 680 bytes encoded, and 760 more for 128 occasions hours apart, 2,900 more with
/// the most hostile times.
package struct PostHistory: Sendable, Equatable {
    package struct Post: Sendable, Equatable {
        /// Ms since 1970.
        package var at: Int64
        /// Nil when the post had no text, or too little of it to compare.
        package var fingerprint: Fingerprint?

        package init(at: Int64, fingerprint: Fingerprint? = nil) {
            self.at = at
            self.fingerprint = fingerprint
        }
    }

    /// How many posts are kept.
    package static let capacity = 20

    /// All posts ever, a reset notwithstanding.
    package private(set) var total: UInt64 = 0
    /// How many posts had a text of some length that nobody else had posted, nor he himself of late: what makes somebody a
    /// regular.
    package private(set) var originals: UInt64 = 0
    /// The last posts, oldest first, never more than `capacity`.
    package private(set) var posts: [Post] = []
    /// When the user posted, further back than `posts`.
    private(set) var times = PostTimes()
    /// Evidence up to this time (ms since 1970) is ignored: the last unblock. The earliest time there is, if none was.
    package private(set) var since = Int64.min
    /// How many there were on each of the last days.
    package var tally = ActivityTally()
    /// The log position applied last; the caller sets it and asks it before an append.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in a post. Posts that come late are put where their time says; the oldest of too many is forgotten, and one
    /// from before the last reset is only counted.
    package mutating func append(at time: Int64, fingerprint: Fingerprint? = nil) {
        if total < .max { total += 1 }
        guard time > since else { return }
        times.append(time)
        let place = posts.lastIndex { $0.at <= time }.map { $0 + 1 } ?? 0
        posts.insert(Post(at: time, fingerprint: fingerprint), at: place)
        if posts.count > Self.capacity { posts.removeFirst() }
    }

    /// Takes in that a post was in the user's own words.
    package mutating func countOriginal() {
        if originals < .max { originals += 1 }
    }

    /// From how many texts of his own on a user is a regular, unless the policy says otherwise.
    package static let defaultRegularAfter: UInt64 = 7

    package func isRegular(after texts: UInt64 = defaultRegularAfter) -> Bool { originals >= texts }

    /// Whether one of the posts kept has this text, or a variant of it.
    package func holdsVariant(of text: Fingerprint) -> Bool {
        posts.contains { $0.fingerprint.map { text.similarity(to: $0) >= 0.5 } ?? false }
    }

    /// Forgets the evidence up to this time, so that it cannot block the user again. The count of posts stays: the next
    /// post is not a first one.
    package mutating func reset(at time: Int64) {
        since = max(since, time)
        posts.removeAll { $0.at <= since }
        tally = ActivityTally()
        times.forget(upTo: since)
    }

    /// The kept posts that are less than a window older than `time`, oldest first. Later ones count too: events may come a
    /// little out of order.
    func recentPosts(at time: Int64, window: Int64) -> ArraySlice<Post> {
        let (start, overflow) = time.subtractingReportingOverflow(window)
        guard !overflow, let first = posts.firstIndex(where: { $0.at > start }) else {
            return overflow ? posts[...] : []
        }
        return posts[first...]
    }
}

// MARK: - Stored form

extension PostHistory {
    private static let version: UInt8 = 4

    /// Version, total, last position, reset, then the posts: time since the one before, fingerprint; how many were
    /// original; the occasions; and the tally.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 48 + posts.count * 32 + times.occasions.count * 7)
        writer.varint(total)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.signed(since)
        writer.varint(UInt64(posts.count))
        var before: Int64 = 0
        for post in posts {
            writer.signed(post.at &- before)
            before = post.at
            Fingerprint.write(post.fingerprint, to: &writer)
        }
        writer.varint(originals)
        times.write(to: &writer)
        tally.write(to: &writer)
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        total = try reader.varint()
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        since = try reader.signed()
        let count = try reader.count(atMost: Self.capacity)
        posts.reserveCapacity(Self.capacity + 1)
        var before: Int64 = 0
        for _ in 0..<count {
            let time = before &+ (try reader.signed())
            guard time > since, time >= posts.last?.at ?? .min else {
                throw .malformed("a post at \(time) out of order")
            }
            before = time
            posts.append(Post(at: time, fingerprint: try Fingerprint(from: &reader)))
        }
        originals = try reader.varint()
        times = try PostTimes(from: &reader)
        guard times.occasions.first.map({ $0.first > since }) ?? true else {
            throw .malformed("an occasion before the reset")
        }
        tally = try ActivityTally(from: &reader)
        try reader.finish()
    }
}
