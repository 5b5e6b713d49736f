/// Walks over a JSON document token by token without building it: the shared ground of `JSONReader` and the hot paths
/// that know which members they want.
///
/// The grammar is RFC 8259 to the letter. The whole document must be UTF-8 (§8.1), checked once at the start.
/// An unpaired surrogate written as an escape (`\ud800`), which the grammar allows, is read as U+FFFD: refusing it
/// would let a sender make an event unreadable, and with that uncounted.
package struct JSONScanner {
    /// A string token, not yet unescaped.
    package struct Text {
        fileprivate let range: Range<Int>
        fileprivate let isEscaped: Bool
    }

    /// A number token as it is written.
    package struct Number {
        fileprivate let range: Range<Int>
        /// Neither fraction nor exponent.
        package let isInteger: Bool
    }

    private let bytes: [UInt8]
    private let range: Range<Int>
    private var position: Int

    /// - Parameter range: The part of `bytes` that is the document; all of it by default. Clamped to `bytes`.
    package init(_ bytes: [UInt8], in range: Range<Int>? = nil) throws(JSONError) {
        let range = (range ?? bytes.indices).clamped(to: bytes.indices)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span.extracting(range))
        } catch {
            throw JSONError("not UTF-8", at: error.byteOffsets.lowerBound, of: bytes[range])
        }
        self.bytes = bytes
        self.range = range
        position = range.lowerBound
    }

    /// Where the next token starts, in bytes from the start of the document.
    package var offset: Int { position - range.lowerBound }

    package func failure(_ message: String, at offset: Int? = nil) -> JSONError {
        JSONError(message, at: offset ?? self.offset, of: bytes[range])
    }

    /// The first byte of the next token, nil at the end. Skips white space.
    package mutating func peek() -> UInt8? {
        while position < range.upperBound {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            case let byte: return byte
            }
        }
        return nil
    }

    /// Takes that byte if it is next.
    package mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    package mutating func end() throws(JSONError) {
        if peek() != nil { throw failure("expected the end") }
    }

    /// Takes `word` (`true`, `false`, `null`) if it is next.
    package mutating func take(word: StaticString) -> Bool {
        _ = peek()
        let end = position + word.utf8CodeUnitCount
        guard end <= range.upperBound else { return false }
        let isNext = word.withUTF8Buffer { bytes[position..<end].elementsEqual($0) }
        if isNext { position = end }
        return isNext
    }

    package mutating func string() throws(JSONError) -> Text {
        guard take(UInt8(ascii: "\"")) else { throw failure("expected a string") }
        let start = position
        var isEscaped = false
        while position < range.upperBound {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Text(range: start..<position - 1, isEscaped: isEscaped)
            case UInt8(ascii: "\\"):
                isEscaped = true
                try skipEscape()
            case 0..<0x20: throw failure("control characters in a string must be escaped")
            default: position += 1
            }
        }
        throw failure("expected '\"' at the end of the string")
    }

    private mutating func skipEscape() throws(JSONError) {
        guard position + 1 < range.upperBound else { throw failure("expected the rest of an escape") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            let digits = bytes[min(position + 2, range.upperBound)..<min(position + 6, range.upperBound)]
            guard digits.count == 4, digits.allSatisfy({ hexDigit($0) != nil }) else {
                throw failure("expected four hexadecimal digits after \\u")
            }
            position += 6
        default: throw failure("unknown escape")
        }
    }

    /// A number by the grammar of RFC 8259 §6, of any size.
    package mutating func number() throws(JSONError) -> Number {
        guard let first = peek(), first == UInt8(ascii: "-") || isDigit(first) else {
            throw failure("expected a number")
        }
        let start = position
        var isInteger = true
        if first == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if let next = current, isDigit(next) { throw failure("numbers have no leading zeros") }
        return Number(range: start..<position, isInteger: isInteger)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = current, isDigit(byte) { position += 1 }
        if position == start { throw failure("expected a digit") }
    }

    private var current: UInt8? { position < range.upperBound ? bytes[position] : nil }

    // MARK: What a token says

    /// The number's digits as they stand in the document.
    package func bytes(of number: Number) -> [UInt8] { Array(bytes[number.range]) }

    /// The string with its escapes resolved: always valid UTF-8.
    package func bytes(of text: Text) -> [UInt8] {
        text.isEscaped ? unescaped(text.range) : Array(bytes[text.range])
    }

    package func string(of text: Text) -> String {
        text.isEscaped
            ? String(decoding: unescaped(text.range), as: UTF8.self)
            : String(decoding: bytes[text.range], as: UTF8.self)
    }

    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var at = range.lowerBound
        while at < range.upperBound {
            guard bytes[at] == UInt8(ascii: "\\") else {
                result.append(bytes[at])
                at += 1
                continue
            }
            switch bytes[at + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var unit = codeUnit(at: at + 2)
                at += 6
                if 0xD800..<0xDC00 ~= unit, at + 6 <= range.upperBound, bytes[at] == UInt8(ascii: "\\"),
                    bytes[at + 1] == UInt8(ascii: "u"), case let low = codeUnit(at: at + 2), 0xDC00..<0xE000 ~= low
                {
                    unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
                    at += 6
                }
                result.append(contentsOf: Character(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
                continue
            case let literal: result.append(literal)
            }
            at += 2
        }
        return result
    }

    private func codeUnit(at start: Int) -> UInt32 {
        bytes[start..<start + 4].reduce(0) { $0 << 4 | UInt32(hexDigit($1) ?? 0) }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
