/// The kinds of text that were lately seen under one band word (`TextBands`).
///
/// Bounded: `capacity` kinds, about 100 bytes encoded. A campaign makes room only for another campaign, and a text of several
/// authors only for another, so that a flood of texts cannot push them out.
package struct TextBandState: Sendable, Equatable {
    package struct Kind: Sendable, Equatable {
        /// The `Fingerprint.hash` of the first text of the kind: the name of its `TextSightings`.
        package var hash: UInt64
        /// When a text of this kind was seen here, in ms since 1970; to within `precision`.
        package var last: Int64
        package var standing: Standing
    }

    /// What a kind was when it was seen; the higher, the longer it stays.
    package enum Standing: UInt8, Sendable, Comparable {
        /// Of one author.
        case single
        /// Of several.
        case shared
        case campaign

        package static func < (left: Standing, right: Standing) -> Bool { left.rawValue < right.rawValue }
    }

    /// How many kinds are kept.
    package static let capacity = 6
    /// Ms by which `last` may lag behind, so that a busy campaign does not write all its bands with each post.
    package static let precision: Int64 = 6 * 3_600_000

    /// In the order in which they came.
    package private(set) var kinds: [Kind] = []

    package init() {}

    /// When a text was seen here last, to within `precision`; the least possible if none was.
    package var last: Int64 { kinds.map(\.last).max() ?? .min }

    /// The highest of its kinds.
    package var standing: Standing { kinds.map(\.standing).max() ?? .single }

    /// Takes in that a text of the kind was seen. Of too many, one of the lowest standing goes that was seen longest ago.
    ///
    /// - Returns: whether anything changed that is worth storing.
    package mutating func note(_ hash: UInt64, at time: Int64, standing: Standing) -> Bool {
        if let place = kinds.firstIndex(where: { $0.hash == hash }) {
            let (age, overflow) = time.subtractingReportingOverflow(kinds[place].last)
            guard kinds[place].standing != standing || overflow || age >= Self.precision else { return false }
            kinds[place].last = max(kinds[place].last, time)
            kinds[place].standing = standing
            return true
        }
        if kinds.count == Self.capacity {
            let rank = { (kind: Kind) in (kind.standing, kind.last) }
            guard let lowest = kinds.indices.min(by: { rank(kinds[$0]) < rank(kinds[$1]) }),
                kinds[lowest].standing <= standing
            else { return false }
            kinds.remove(at: lowest)
        }
        kinds.append(Kind(hash: hash, last: time, standing: standing))
        return true
    }
}

// MARK: - Stored form

extension TextBandState {
    private static let version: UInt8 = 1

    /// Version, count, then the kinds: hash, time since the one before, standing.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 2 + kinds.count * 16)
        writer.varint(UInt64(kinds.count))
        var before: Int64 = 0
        for kind in kinds {
            writer.word(kind.hash)
            writer.signed(kind.last &- before)
            before = kind.last
            writer.byte(kind.standing.rawValue)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        var before: Int64 = 0
        for _ in 0..<(try reader.count(atMost: Self.capacity)) {
            let hash = try reader.word()
            guard !kinds.contains(where: { $0.hash == hash }) else { throw .malformed("a kind of text twice") }
            before = before &+ (try reader.signed())
            let mark = try reader.byte()
            guard let standing = Standing(rawValue: mark) else { throw .malformed("a standing of \(mark)") }
            kinds.append(Kind(hash: hash, last: before, standing: standing))
        }
        try reader.finish()
    }
}
