/// Where Redis keeps what a subject did in a span of time: in a hash that many subjects share.
///
/// A key of its own for each subject would cost Redis several commands per event, and twice the memory; fields of one hash
/// are written with one command. Fields cannot end by themselves (Redis 7.0): a hash ends as a whole, when its span is as
/// long ago as the policy keeps it.
package struct ActivityShelf: Sendable, Hashable {
    /// Number of the span, in spans since 1970.
    package var span: Int64
    /// Which of the span's hashes: more of them end in smaller pieces, and cost more commands per commit.
    package var bucket: Int

    /// Hashes per span. Lua has the same number.
    package static let buckets = 8

    /// The shelf of a subject at some time, ms since 1970.
    package init(of subject: Subject, at time: Int64, _ timeline: Policy.Timeline) {
        self.init(of: subject, span: Self.span(of: time, timeline))
    }

    package init(of subject: Subject, span: Int64) {
        self.span = span
        bucket = Self.bucket(of: subject.bytes)
    }

    /// The part of its key behind `<prefix>:`.
    package var name: String { "e:#\(span):\(bucket)" }

    /// The spans that may hold what happened between two times.
    package static func spans(from start: Int64, to end: Int64, _ timeline: Policy.Timeline) -> ClosedRange<Int64> {
        let last = span(of: end, timeline)
        // Never more than all that are kept, and the one before them.
        return min(last, max(last - 5, span(of: start, timeline)))...last
    }

    package static func span(of time: Int64, _ timeline: Policy.Timeline) -> Int64 {
        let length = timeline.span
        return time / length - (time % length < 0 ? 1 : 0)
    }

    /// Simple, for Lua computes it too.
    private static func bucket(of bytes: [UInt8]) -> Int {
        var sum: UInt32 = 0
        for byte in bytes { sum = (sum * 31 + UInt32(byte)) % 65_521 }
        return Int(sum) % buckets
    }

    /// A field of a shelf: two bytes, then the subject.
    package enum Field {
        /// The ``Activity``.
        case activity
        /// An ``ActivityEntry``: the n-th of a ring, from 0.
        case entry(Int)

        package func bytes(_ subject: [UInt8]) -> [UInt8] {
            let number =
                switch self {
                case .activity: 0
                case .entry(let place): place + 1
                }
            return [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] + subject
        }
    }
}
