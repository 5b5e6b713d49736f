/// Makes text of unknown origin safe to show: an id chosen by an attacker must not move an admin's cursor, colour the
/// screen, ring, retitle the window, or reorder the line it stands in.
enum SafeText {
    /// More combining marks than this on one letter are no writing system, only a way to smear over other lines.
    private static let longestMarkRun = 4

    /// The text with everything that does not simply print written out: `\n`, `\t`, `\r`, else `\u{1B}`.
    ///
    /// Written out are controls (C0, DEL, C1), format characters (bidirectional overrides, zero-width characters),
    /// line and paragraph separators, private use and unassigned code points, and over-long runs of combining marks.
    /// - Parameter limit: how many scalars are looked at; the rest becomes `…`.
    static func escape(_ text: String, limit: Int = 4096) -> String {
        if isPlain(text, limit: limit) { return text }
        var safe = ""
        var marks = 0
        var count = 0
        for scalar in text.unicodeScalars {
            if count == limit {
                safe += "…"
                break
            }
            count += 1
            marks = isMark(scalar) ? marks + 1 : 0
            switch scalar {
            case "\n": safe += "\\n"
            case "\t": safe += "\\t"
            case "\r": safe += "\\r"
            case _ where marks > longestMarkRun || !prints(scalar): safe += written(scalar)
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// Opaque bytes as text: UTF-8 where it is valid, `\xNN` for the bytes that are not.
    static func text(of bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            let length = (1...4).first { length in
                length <= rest.count && String(validating: rest.prefix(length), as: UTF8.self) != nil
            }
            if let length {
                text += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            } else {
                let digits = String(first, radix: 16, uppercase: true)
                text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// Whether a scalar shows as itself and moves nothing but the cursor by its own width.
    static func prints(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    private static func isPlain(_ text: String, limit: Int) -> Bool {
        text.utf8.count <= limit && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return false }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func written(_ scalar: Unicode.Scalar) -> String {
        "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
}
