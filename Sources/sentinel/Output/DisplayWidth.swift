/// How many columns of a terminal a text takes, in a simple reading of UAX #11: East Asian wide and emoji two,
/// combining marks none, everything else one.
enum DisplayWidth {
    static func of(_ text: String) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            // Variation selector 16 asks for the emoji form of the character before it.
            if scalar.value == 0xFE0F { return 2 }
            width = max(width, of(scalar))
        }
        return width
    }

    /// The text, or its beginning with `…` at the end so that the whole takes at most `width` columns.
    static func clip(_ text: String, to width: Int) -> String {
        if text.utf8.count <= width || of(text) <= width { return text }
        guard width > 0 else { return "" }
        var clipped = ""
        var used = 0
        for character in text {
            let next = of(character)
            if used + next > width - 1 { break }
            clipped.append(character)
            used += next
        }
        return clipped + "…"
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return isWide(scalar.value) ? 2 : 1
        }
    }

    /// The blocks of UAX #11 that are wide as a whole; rare single characters are left out.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115F,  // Hangul Jamo
            0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,  // CJK
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,  // Yi, Hangul
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,  // compatibility, full width
            0x231A...0x231B, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653,
            0x26A1, 0x26D4, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E, 0x2753...0x2757, 0x2B50,
            0x1F18E, 0x1F191...0x1F19A, 0x1F1E6...0x1F202, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
            0x1F7E0...0x1F7EB, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF,  // emoji
            0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:  // Tangut, Kana supplement, CJK extensions
            true
        default:
            false
        }
    }
}
