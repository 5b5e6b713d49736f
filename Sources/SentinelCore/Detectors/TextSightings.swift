/// Who has lately posted one and the same text (one fingerprint).
///
/// Bounded: the last `capacity` authors, of whom a few are kept by name; about 1 KB encoded with usual ids, 2.2 KB at most.
package struct TextSightings: Sendable, Equatable {
    package struct Author: Sendable, Equatable {
        /// `StableHash` of the user's id.
        package var hash: UInt64
        /// When this author posted the text last, in ms since 1970.
        package var last: Int64
        /// The id itself, for the first few authors.
        package var id: [UInt8]?

        package init(hash: UInt64, last: Int64, id: [UInt8]?) {
            self.hash = hash
            self.last = last
            self.id = id
        }
    }

    /// How many authors are told apart. With more, the one seen longest ago is forgotten.
    package static let capacity = 64
    /// How many of them are kept by name.
    package static let namedAuthors = 5
    /// Bytes of an id.
    private static let maximumId = 256

    /// The distinct authors, in the order in which they were first seen.
    package private(set) var authors: [Author] = []
    /// How often the text was posted in all, by anyone.
    package private(set) var count: UInt64 = 0
    /// The log position applied last; the caller sets it and asks it before an `add`.
    package var lastEntry = LogPosition.start

    package init() {}

    /// Takes in that the user posted the text, and forgets authors who were last seen before the window.
    ///
    /// - Parameter window: ms that a sighting counts; the same that the detector uses.
    package mutating func add(_ user: [UInt8], at time: Int64, window: Int64 = DuplicateContent.Parameters().window) {
        if count < .max { count += 1 }
        let hash = StableHash.of(user)
        authors.removeAll { Self.isOutdated($0.last, at: time, window: window) }
        if let known = authors.firstIndex(where: { $0.hash == hash }) {
            authors[known].last = max(authors[known].last, time)
            return
        }
        if authors.count >= Self.capacity, let oldest = authors.indices.min(by: { authors[$0].last < authors[$1].last })
        {
            authors.remove(at: oldest)
        }
        let isNamed = user.count <= Self.maximumId && authors.count { $0.id != nil } < Self.namedAuthors
        authors.append(Author(hash: hash, last: time, id: isNamed ? user : nil))
    }

    /// The authors other than this one who posted the text less than a window before `time`, first seen first. Those with a
    /// later time count too: events may come a little out of order.
    package func others(than user: [UInt8], at time: Int64, window: Int64) -> [Author] {
        let hash = StableHash.of(user)
        return authors.filter {
            $0.hash != hash && !Self.isOutdated($0.last, at: time, window: window)
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
    private static let version: UInt8 = 1

    /// Version, count, last position, then the authors: hash, last time relative to the one before, id (empty: not kept).
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 32 + authors.count * 16)
        writer.varint(count)
        writer.varint(lastEntry.milliseconds)
        writer.varint(lastEntry.sequence)
        writer.varint(UInt64(authors.count))
        var before: Int64 = 0
        for author in authors {
            writer.word(author.hash)
            writer.signed(author.last &- before)
            before = author.last
            writer.run(author.id ?? [])
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        count = try reader.varint()
        lastEntry = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        let authorCount = try reader.count(atMost: Self.capacity)
        var before: Int64 = 0
        for _ in 0..<authorCount {
            let hash = try reader.word()
            guard !authors.contains(where: { $0.hash == hash }) else { throw .malformed("an author twice") }
            before = before &+ (try reader.signed())
            let id = try reader.run(atMost: Self.maximumId)
            authors.append(Author(hash: hash, last: before, id: id.isEmpty ? nil : id))
        }
        try reader.finish()
        guard authors.count(where: { $0.id != nil }) <= Self.namedAuthors else { throw .malformed("too many names") }
    }
}
