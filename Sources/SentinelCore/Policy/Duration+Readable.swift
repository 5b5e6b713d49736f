extension Duration {
    /// Whole milliseconds, the unit of every time on the wire; rounded towards zero, saturating instead of overflowing.
    package var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflowed) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflow || overflowed ? (seconds < 0 ? .min : .max) : sum
    }

    /// Short and for people: `250ms`, `45s`, `10m`, `1h30m`, `7d`.
    package var readable: String {
        let total = milliseconds
        if total < 1000 { return "\(total)ms" }
        var seconds = total / 1000
        var parts: [String] = []
        for (size, unit) in [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] as [(Int64, String)] {
            if seconds >= size {
                parts.append("\(seconds / size)\(unit)")
                seconds %= size
            }
            if parts.count == 2 { break }
        }
        return parts.joined()
    }
}

extension Duration {
    /// Days of 24 hours.
    package static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
}
