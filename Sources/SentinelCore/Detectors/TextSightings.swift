/// Who has lately posted texts of one kind: a first text, and all that are similar to it.
///
/// Variants are compared with the first text only, never with one another, so that a kind does not drift.
/// Bounded: the last `capacity` authors, of whom a few are kept by name; about 1 KB encoded with usual ids, 3.4 KB at most.
package struct TextSightings: Sendable, Equatable {
    package struct Author: Sendable, Equatable {
        /// `StableHash` of the user's id.
        package var hash: UInt64
        /// When this author posted a text of this kind last, in ms since 1970.
        package var last: Int64
        /// When it was the first text, or one hardly different (`DuplicateContent.Parameters.similarity`); nil: never.
        package var lastClose: Int64?
        /// How many texts of this kind the author has posted; stays at 255.
        package var posts: UInt8
        /// Whether the author was no regular when first posting a text of this kind.
        package var isNewcomer: Bool
        /// The id itself, for the first few newcomers.
        package var id: [UInt8]?
    }

    /// One post of a text of this kind.
    package struct Sighting: Sendable {
        package var author: [UInt8]
        package var at: Int64
        package var isClose = true
        package var isNewcomer = true

        package init(author: [UInt8], at: Int64, isClose: Bool = true, isNewcomer: Bool = true) {
            self.author = author
            self.at = at
            self.isClose = isClose
            self.isNewcomer = isNewcomer
        }
    }

    /// How many authors are told apart. With more, the one seen longest ago is forgotten.
    package static let capacity = 64
    /// How many of them are kept by name.
    package static let namedAuthors = 8
    /// Bytes of an id that is kept: a subject's longest.
    private static let maximumId = 288

    /// The fingerprint of the first text; nil before it came.
    package private(set) var first: Fingerprint?
    /// The distinct authors, in the order in which they were first seen.
    package private(set) var authors: [Author] = []
    /// How often texts of this kind were posted in all, by anyone.
    package private(set) var count: UInt64 = 0
    /// The log position that made the kind a campaign; nil while it is none.
    package private(set) var formed: LogPosition?
    /// The log position applied last; the caller sets it and asks it before an `add`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Whether texts of this kind are still remembered: a single author's for a shorter time than several authors'.
    package func isAlive(at time: Int64, _ memory: DuplicateContent.Memory) -> Bool {
        guard first != nil, let last = authors.lazy.map({ $0.last }).max() else { return false }
        return !Self.isOutdated(last, at: time, window: authors.count > 1 ? memory.shared : memory.single)
    }

    package var standing: TextBandState.Standing {
        formed != nil ? .campaign : authors.count > 1 ? .shared : .single
    }

    /// Begins anew with a first text.
    package mutating func begin(with text: Fingerprint) {
        let position = lastEntry
        self = TextSightings()
        lastEntry = position
        first = text
    }

    /// Takes in a post, and forgets authors who were last seen before the window (ms).
    package mutating func add(_ sighting: Sighting, window: Int64) {
        if count < .max { count += 1 }
        let hash = StableHash.of(sighting.author)
        authors.removeAll { Self.isOutdated($0.last, at: sighting.at, window: window) }
        if let known = authors.firstIndex(where: { $0.hash == hash }) {
            authors[known].last = max(authors[known].last, sighting.at)
            if sighting.isClose { authors[known].lastClose = max(authors[known].lastClose ?? .min, sighting.at) }
            if authors[known].posts < .max { authors[known].posts += 1 }
            return
        }
        if authors.count >= Self.capacity, let oldest = authors.indices.min(by: { authors[$0].last < authors[$1].last })
        {
            authors.remove(at: oldest)
        }
        let isNamed =
            sighting.isNewcomer && sighting.author.count <= Self.maximumId
            && authors.count { $0.id != nil } < Self.namedAuthors
        authors.append(
            Author(
                hash: hash, last: sighting.at, lastClose: sighting.isClose ? sighting.at : nil, posts: 1,
                isNewcomer: sighting.isNewcomer, id: isNamed ? sighting.author : nil))
    }

    /// Makes the kind a campaign.
    package mutating func form(at position: LogPosition) {
        if formed == nil { formed = position }
    }

    package func author(_ user: [UInt8]) -> Author? {
        let hash = StableHash.of(user)
        return authors.first { $0.hash == hash }
    }

    /// The authors other than this one who posted the first text, or one hardly different, less than a window before `time`,
    /// first seen first. Those with a later time count too: events may come a little out of order.
    package func others(than user: [UInt8], at time: Int64, window: Int64) -> [Author] {
        let hash = StableHash.of(user)
        return authors.filter {
            guard $0.hash != hash, let last = $0.lastClose else { return false }
            return !Self.isOutdated(last, at: time, window: window)
        }
    }

    /// Overflow counts as outdated: only nonsense times lie that far apart.
    private static func isOutdated(_ last: Int64, at time: Int64, window: Int64) -> Bool {
        let (age, overflow) = time.subtractingReportingOverflow(last)
        return overflow ? time > last : age >= window
    }
}

// MARK: - Stored form

extension TextSightings {
    private static let version: UInt8 = 2

    /// Version, count, last position, position of forming (0-0: none), first text, then the authors: hash, last time relative
    /// to the one before, marks (1 newcomer, 2 close), time of the last close post relative to the last, posts, id (empty:
    /// not kept).
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 64 + authors.count * 18)
        writer.varint(count)
        for position in [lastEntry, formed ?? .start] {
            writer.varint(position.milliseconds)
            writer.varint(position.sequence)
        }
        Fingerprint.write(first, to: &writer)
        writer.varint(UInt64(authors.count))
        var before: Int64 = 0
        for author in authors {
            writer.word(author.hash)
            writer.signed(author.last &- before)
            before = author.last
            writer.byte((author.isNewcomer ? 1 : 0) | (author.lastClose == nil ? 0 : 2))
            if let close = author.lastClose { writer.signed(close &- author.last) }
            writer.byte(author.posts)
            writer.run(author.id ?? [])
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        count = try reader.varint()
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        let position = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        formed = position == .start ? nil : position
        first = try Fingerprint(from: &reader)
        var before: Int64 = 0
        for _ in 0..<(try reader.count(atMost: Self.capacity)) {
            let hash = try reader.word()
            guard !authors.contains(where: { $0.hash == hash }) else { throw .malformed("an author twice") }
            before = before &+ (try reader.signed())
            let marks = try reader.byte()
            guard marks <= 3 else { throw .malformed("marks of \(marks)") }
            let close = marks & 2 == 0 ? nil : before &+ (try reader.signed())
            let posts = try reader.byte()
            let id = try reader.run(atMost: Self.maximumId)
            authors.append(
                Author(
                    hash: hash, last: before, lastClose: close, posts: posts, isNewcomer: marks & 1 == 1,
                    id: id.isEmpty ? nil : id))
        }
        try reader.finish()
        guard authors.count(where: { $0.id != nil }) <= Self.namedAuthors else { throw .malformed("too many names") }
    }
}
