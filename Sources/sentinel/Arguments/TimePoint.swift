import SentinelCore

/// A point in time as people write it: `2h` (two hours ago), `now`, ISO 8601, or ms since 1970.
///
/// Kept unresolved, so that parsing needs no clock.
enum TimePoint: Sendable, Equatable {
    case ago(Duration)
    /// ms since 1970.
    case at(Int64)

    /// In ms since 1970.
    func milliseconds(now: Int64) -> Int64 {
        switch self {
        case .ago(let duration): now - duration.milliseconds
        case .at(let milliseconds): milliseconds
        }
    }

    /// Reads a time point, or nil. Plain numbers are ms since 1970 and must lie after March 1973, so that a forgotten
    /// unit (`--since 90`) or a time in seconds is refused instead of being misread.
    static func parse(_ text: String) -> TimePoint? {
        if text == "now" { return .ago(.zero) }
        if let milliseconds = Int64(text) {
            return (100_000_000_000...ISO8601.latest).contains(milliseconds) ? .at(milliseconds) : nil
        }
        if let duration = DurationText.parse(text) { return .ago(duration) }
        return ISO8601.parse(text).map { .at($0) }
    }
}

extension ValueType where Value == TimePoint {
    static var time: Self {
        Self(
            name: "when",
            parse: { (text) throws(ValueProblem) in
                guard let point = TimePoint.parse(text) else {
                    throw ValueProblem(
                        "\(quoted(text)) is not a time: write 2h (ago), 2026-01-31, 2026-01-31T12:00:00Z or ms since 1970"
                    )
                }
                return point
            },
            show: { point in
                switch point {
                case .ago(let duration): duration == .zero ? "now" : DurationText.show(duration)
                case .at(let milliseconds): ISO8601.format(milliseconds)
                }
            }
        )
    }
}
