/// Takes fixed-width numbers and signs off the front of a text, as dates are written.
struct DigitReader<Text: Collection<UInt8>> {
    private var rest: Text.SubSequence

    init(_ text: Text) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: sign) else { return false }
        rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, let number = decimal(digits) else { return nil }
        rest = rest.dropFirst(width)
        return Int(number)
    }

    /// Exactly so many bytes of any kind.
    mutating func word(_ width: Int) -> Text.SubSequence? {
        let word = rest.prefix(width)
        guard word.count == width else { return nil }
        rest = rest.dropFirst(width)
        return word
    }

    /// The digits after a decimal sign, at least one, as thousandths.
    mutating func fraction() -> Int? {
        var (thousandths, weight, count) = (0, 100, 0)
        while let digit = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= digit {
            thousandths += Int(digit - UInt8(ascii: "0")) * weight
            weight /= 10
            count += 1
            rest.removeFirst()
        }
        return count > 0 ? thousandths : nil
    }

    /// `Z`, `+hh:mm`, `+hhmm`, or nothing, in minutes ahead of UTC; nil if it is something else.
    mutating func zone() -> Int? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = take(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

/// The value of a text that is nothing but decimal digits, if it fits.
func decimal(_ text: some Collection<UInt8>) -> Int64? {
    guard !text.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in text {
        guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        if overflow || carry { return nil }
        value = sum
    }
    return value
}
