/// Shows opaque bytes to people and to JSON, and takes them back: what is readable stays as it is.
///
/// Bytes that are valid UTF-8, hold no character that hides or moves text, and no `%` are shown unchanged. Of all others
/// every byte outside printable ASCII, and `%` itself, becomes `%XX` (RFC 3986, section 2.1). Reversible either way.
package enum PercentEncoding {
    package static func encode(_ bytes: [UInt8]) -> String {
        if let text = readable(bytes) { return text }
        var text = ""
        for byte in bytes {
            if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    /// The bytes that `encode` showed so; nil if a `%` is not followed by two hexadecimal digits.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func readable(_ bytes: [UInt8]) -> String? {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let isReadable = text.unicodeScalars.allSatisfy { scalar in
            if scalar.isASCII { return scalar.value >= 0x20 && scalar.value < 0x7F && scalar != "%" }
            switch scalar.properties.generalCategory {
            // Terminal controls, invisible and direction-changing characters, line breaks, characters nobody can show.
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                return false
            default: return true
            }
        }
        return isReadable ? text : nil
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
