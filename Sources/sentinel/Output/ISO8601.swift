/// Times as ISO 8601 text, without a calendar library. Days are counted by Howard Hinnant's `days_from_civil`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
enum ISO8601 {
    /// The last ms of the year 9999.
    static let latest: Int64 = 253_402_300_799_999

    /// `2026-01-31T12:00:00.250Z` from ms since 1970, always in UTC and with ms; times outside 1970…9999 are clamped.
    static func format(_ milliseconds: Int64) -> String {
        let time = min(max(milliseconds, 0), latest)
        let (year, month, day) = civil(time / 86_400_000)
        let inDay = time % 86_400_000
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
            + "T" + padded(inDay / 3_600_000, 2) + ":" + padded(inDay / 60_000 % 60, 2) + ":"
            + padded(inDay / 1000 % 60, 2) + "." + padded(inDay % 1000, 3) + "Z"
    }

    /// Reads `2026-01-31`, `2026-01-31T12:00[:00[.250]]` and a zone (`Z`, `+02:00`, `+0200`); without a zone the time
    /// is UTC. A space may stand for the `T`. Nil for anything else and for days that do not exist.
    static func parse(_ text: String) -> Int64? {
        var scanner = Scanner(rest: text.utf8[...])
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), year >= 1970, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = daysSince1970(year, month, day)
        guard civil(days) == (year, month, day) else { return nil }
        var milliseconds = days * 86_400_000
        if scanner.isAtEnd { return milliseconds }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let time = scanner.timeOfDay(),
            let zone = scanner.zone(), scanner.isAtEnd
        else { return nil }
        milliseconds += time - zone
        return (0...latest).contains(milliseconds) ? milliseconds : nil
    }

    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March, so that the leap day is the last of its year.
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ value: Int64, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private struct Scanner {
        var rest: Substring.UTF8View

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ digits: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let digit = rest.popFirst(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
                    return nil
                }
                value = value * 10 + Int64(digit - UInt8(ascii: "0"))
            }
            return value
        }

        /// ms since midnight.
        mutating func timeOfDay() -> Int64? {
            guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60 else { return nil }
            var milliseconds = hour * 3_600_000 + minute * 60_000
            guard take(":") else { return milliseconds }
            guard let second = number(2), second < 60 else { return nil }
            milliseconds += second * 1000
            guard take(".") || take(",") else { return milliseconds }
            guard var digit = number(1) else { return nil }
            var unit: Int64 = 100
            while true {
                milliseconds += digit * unit
                unit /= 10
                guard let next = number(ifAny: 1) else { return milliseconds }
                digit = next
            }
        }

        /// The zone's distance from UTC in ms; zero if none is written.
        mutating func zone() -> Int64? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let sign: Int64
            if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
            guard let hours = number(2), hours < 24 else { return nil }
            if isAtEnd { return sign * hours * 3_600_000 }
            _ = take(":")
            guard let minutes = number(2), minutes < 60 else { return nil }
            return sign * (hours * 60 + minutes) * 60_000
        }

        private mutating func number(ifAny digits: Int) -> Int64? {
            guard let next = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) else { return nil }
            return number(digits)
        }
    }
}
