/// A place in the event log: the id of a Redis stream entry, `<ms>-<sequence>`.
///
/// State remembers the position it has applied last, so that an event that is delivered twice counts once.
package struct LogPosition: Sendable, Hashable, Comparable {
    package var milliseconds: UInt64
    package var sequence: UInt64

    /// Before every entry.
    package static let start = LogPosition(milliseconds: 0, sequence: 0)

    package init(milliseconds: UInt64, sequence: UInt64) {
        self.milliseconds = milliseconds
        self.sequence = sequence
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool {
        (left.milliseconds, left.sequence) < (right.milliseconds, right.sequence)
    }
}

extension LogPosition: CustomStringConvertible {
    /// Reads `<ms>-<sequence>`; nil for anything else.
    package init?(parsing bytes: some Collection<UInt8>) {
        guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")),
            let milliseconds = UInt64(String(decoding: bytes[..<dash], as: UTF8.self)),
            let sequence = UInt64(String(decoding: bytes[bytes.index(after: dash)...], as: UTF8.self))
        else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    package var description: String { "\(milliseconds)-\(sequence)" }
}
