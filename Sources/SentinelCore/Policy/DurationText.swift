/// Lengths of time as people write them: `90s`, `10m`, `4h`, `7d`, `2w`, `1h30m`, `500ms`; a plain number is seconds.
package enum DurationText {
    /// The longest that is accepted: 100 years. Longer is `permanent`.
    package static let longest = Duration.seconds(100 * 365 * 86_400)

    /// Units from the longest to the shortest, in ms.
    package static let units: [(name: String, milliseconds: Int64)] = [
        ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads a duration, or nil if the text is none, is longer than ``longest``, or has its units out of order.
    package static func parse(_ text: String) -> Duration? {
        if let seconds = number(Substring(text).utf8) { return checked(seconds, unit: 1000, after: 0) }
        var rest = Substring(text).utf8
        var total: Int64 = 0
        var nextUnit = 0
        while !rest.isEmpty {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[digits.endIndex...]
            let letters = rest.prefix { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest[letters.endIndex...]
            guard let count = number(digits),
                let unit = units[nextUnit...].firstIndex(where: { $0.name.utf8.elementsEqual(letters) }),
                let sum = checked(count, unit: units[unit].milliseconds, after: total)
            else { return nil }
            total = sum.milliseconds
            nextUnit = unit + 1
        }
        return text.isEmpty ? nil : .milliseconds(total)
    }

    /// The shortest text that reads back as the same duration, down to ms: `1h30m`, `0s`.
    package static func show(_ duration: Duration) -> String {
        var rest = duration.milliseconds
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in units where rest >= unit.milliseconds && (unit.name != "w" || rest % unit.milliseconds == 0) {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }

    private static func number(_ digits: Substring.UTF8View) -> Int64? {
        guard (1...12).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func checked(_ count: Int64, unit: Int64, after total: Int64) -> Duration? {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= longest.milliseconds - total else { return nil }
        return .milliseconds(total + product)
    }
}
