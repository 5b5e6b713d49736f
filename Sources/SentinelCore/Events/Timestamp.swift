/// An instant in ms since 1970 UTC, and how it is written in ISO 8601.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The latest instant that recordings may hold: the end of the year 9999, the last that ISO 8601 writes plainly.
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// Nil unless the fields name a day and a time that exist. A 60th second (a leap second) is the next minute's first.
    /// - Parameter offset: Minutes that the local clock is ahead of UTC.
    package init?(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0,
        offset: Int = 0
    ) {
        guard 0...9999 ~= year, 1...12 ~= month, 1...daysIn(month, of: year) ~= day, 0...23 ~= hour, 0...59 ~= minute,
            0...60 ~= second, 0...999 ~= millisecond, -1439...1439 ~= offset
        else { return nil }
        let minutes = (daysSince1970(year: year, month: month, day: day) * 24 + hour) * 60 + minute - offset
        milliseconds = Int64((minutes * 60 + second) * 1000 + millisecond)
    }

    /// Reads `2026-01-31`, `2026-01-31T12:30Z`, `2026-01-31 12:30:59.123456+05:30` and the like (RFC 3339, plus a time
    /// without seconds and a bare day). Without an offset it is UTC. Fractions beyond the millisecond are cut off.
    package init?(iso8601 text: some Collection<UInt8>) {
        var digits = DigitReader(text)
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"),
            let day = digits.number(2)
        else { return nil }
        var (hour, minute, second, millisecond, offset) = (0, 0, 0, 0, 0)
        if digits.take("T") || digits.take("t") || digits.take(" ") {
            guard let hours = digits.number(2), digits.take(":"), let minutes = digits.number(2) else { return nil }
            (hour, minute) = (hours, minutes)
            if digits.take(":") {
                guard let seconds = digits.number(2) else { return nil }
                second = seconds
                if digits.take(".") || digits.take(",") {
                    guard let fraction = digits.fraction() else { return nil }
                    millisecond = fraction
                }
            }
            guard let zone = digits.zone() else { return nil }
            offset = zone
        }
        guard digits.isAtEnd else { return nil }
        self.init(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond,
            offset: offset
        )
    }

    /// ISO 8601 in UTC with ms: `2026-01-31T12:30:59.123Z`. Years before 0 or after 9999 are written with a sign.
    package var iso8601: String {
        let (days, ofDay) = milliseconds.quotientAndRemainder(flooringBy: 86_400_000)
        let (year, month, day) = civil(daysSince1970: Int(days))
        let seconds = Int(ofDay) / 1000
        let years = 0...9999 ~= year ? padded(year, 4) : (year < 0 ? "-" : "+") + padded(abs(year), 4)
        return "\(years)-\(padded(month, 2))-\(padded(day, 2))T\(padded(seconds / 3600, 2)):"
            + "\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(Int(ofDay) % 1000, 3))Z"
    }
}

extension Timestamp: CustomStringConvertible {
    package var description: String { iso8601 }
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

private func daysIn(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

// Both ways between days and dates: H. Hinnant, "chrono-compatible low-level date algorithms" (2013). The year is
// thought to begin in March, so that the leap day is its last; an era is the 400 years after which dates repeat.

private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let (era, ofEra) = year.quotientAndRemainder(flooringBy: 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear - 719_468
}

private func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let (era, ofEra) = (days + 719_468).quotientAndRemainder(flooringBy: 146_097)
    let year = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let dayOfYear = ofEra - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let civilMonth = month < 10 ? month + 3 : month - 9
    return (year + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, dayOfYear - (153 * month + 2) / 5 + 1)
}

extension BinaryInteger {
    /// Division that rounds down, so that instants before 1970 fall on the right day.
    fileprivate func quotientAndRemainder(flooringBy divisor: Self) -> (quotient: Self, remainder: Self) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
