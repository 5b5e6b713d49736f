/// Times as people say them: `3h51m` to go, `2m ago`.
enum HumanTime {
    /// The two largest units: `45s`, `3m20s`, `3h51m`, `6d4h`; below a second `250ms`.
    static func span(milliseconds: Int64) -> String {
        let length = max(0, milliseconds)
        if length < 1000 { return length == 0 ? "0s" : "\(length)ms" }
        let units: [(name: String, size: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ]
        guard let first = units.firstIndex(where: { length >= $0.size }) else { return "0s" }
        let large = "\(length / units[first].size)\(units[first].name)"
        guard first + 1 < units.count else { return large }
        let small = length % units[first].size / units[first + 1].size
        return small == 0 ? large : large + "\(small)\(units[first + 1].name)"
    }

    /// A time seen from `now`, both in ms since 1970: `2m ago`, `now`, or for the future what is left (`3h51m`).
    static func relative(_ time: Int64, now: Int64) -> String {
        let (left, overflow) = time.subtractingReportingOverflow(now)
        guard !overflow else { return ISO8601.format(time) }
        if left >= 1000 { return span(milliseconds: left) }
        if left > -1000 { return "now" }
        // How long ago is a feeling, one unit is enough; how long a block still holds is not.
        let text = span(milliseconds: left == .min ? .max : -left)
        let digits = text.prefix { $0.isNumber }
        let unit = text.dropFirst(digits.count).prefix { !$0.isNumber }
        return "\(digits)\(unit) ago"
    }
}
