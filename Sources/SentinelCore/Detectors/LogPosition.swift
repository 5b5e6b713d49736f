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
    package init?(parsing bytes: [UInt8]) {
        guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")),
            let milliseconds = Self.number(bytes[..<dash]),
            let sequence = Self.number(bytes[bytes.index(after: dash)...])
        else { return nil }
        self.init(milliseconds: milliseconds, sequence: sequence)
    }

    /// One or more digits, nothing else, of at most 64 bits.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowed) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflow, !overflowed else { return nil }
            value = sum
        }
        return digits.isEmpty ? nil : value
    }

    package var description: String { "\(milliseconds)-\(sequence)" }
}
