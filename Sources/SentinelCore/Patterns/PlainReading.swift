/// What a person reads in a text, words kept apart: for searching, where `TextNormalizer` is for comparing.
///
/// A text has up to three readings, those that differ by more than the case of ASCII letters:
/// 1. as it is;
/// 2. plain: look-alikes of other scripts, full-width, mathematical and small letters and their like become ASCII (see
///    `LetterFold`), lower case; marks and invisible characters vanish; any white space becomes one space;
/// 3. undisguised: letters set apart (`i g n o r e`, `i.g.n.o.r.e`) are joined, and leetspeak is undone in words that
///    mix letters with digits or signs (`1gn0r3`, `rul€s`). What `1`, `|` and `!` stand for, `i` or `l`, is guessed from
///    the letters beside them.
///
/// The readings are no longer than `maximumBytes`. Most texts are plain ASCII and have one reading, at about 2 ns a byte.
struct PlainReading {
    private let maximumBytes: Int
    /// What scalars beyond ASCII fold to, worked out once (1 µs each); forgotten when there are too many.
    private var folds: [UInt32: [UInt8]] = [:]
    private static let maximumFolds = 8192

    init(maximumBytes: Int) {
        self.maximumBytes = max(0, maximumBytes)
    }

    mutating func readings(of text: [UInt8]) -> [[UInt8]] {
        let seen = text.count > maximumBytes ? Array(text[..<maximumBytes]) : text
        guard Self.needsReading(seen) else { return [seen] }
        let folded = folded(seen)
        let plain = Self.collapsed(folded)
        let joined = Self.joined(folded)
        let undisguised = Self.undisguised(joined == folded ? plain : Self.collapsed(joined))
        var readings = [seen]
        if !Self.isEqual(plain, but: seen) { readings.append(plain) }
        if undisguised != plain { readings.append(undisguised) }
        return readings
    }

    /// Whether the two are equal but for the case of ASCII letters, which no list minds.
    private static func isEqual(_ plain: [UInt8], but text: [UInt8]) -> Bool {
        guard plain.count == text.count else { return false }
        return zip(plain, text).allSatisfy { $0 == (0x41...0x5A ~= $1 ? $1 | 0x20 : $1) }
    }

    /// Whether the text may read other than it is written. A quick look that errs on the side of yes.
    private static func needsReading(_ text: [UInt8]) -> Bool {
        var previous = UInt8(ascii: " ")
        // How many bytes the present word has, and how many words of one byte came in a row.
        var length = 0
        var singles = 0
        for byte in text {
            if byte >= 0x80 || byte < 0x20 { return true }
            let kind = kind(byte)
            if kind == .other {
                if byte == previous && byte == UInt8(ascii: " ") { return true }
                singles = length == 1 ? singles + 1 : 0
                if singles == 3 { return true }
                length = 0
            } else {
                length += 1
                if length > 1, kind == .letter, Self.kind(previous) == .sign { return true }
                if length > 1, kind == .sign, byte != UInt8(ascii: "!"), Self.kind(previous) == .letter { return true }
            }
            previous = byte
        }
        return false
    }

    // MARK: - Letters

    private mutating func folded(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        let span = text.span
        var index = 0
        while index < span.count, output.count < maximumBytes {
            let byte = span[index]
            if byte < 0x80 {
                index += 1
                switch byte {
                case 0x41...0x5A: output.append(byte | 0x20)
                case 0x00...0x1F, 0x7F: output.append(UInt8(ascii: " "))
                default: output.append(byte)
                }
            } else if let scalar = ScalarDecoder.next(in: span, at: &index) {
                output.append(contentsOf: fold(scalar))
            }
        }
        if output.count > maximumBytes { output.removeLast(output.count - maximumBytes) }
        return output
    }

    private mutating func fold(_ scalar: Unicode.Scalar) -> [UInt8] {
        if let known = folds[scalar.value] { return known }
        if folds.count == Self.maximumFolds { folds.removeAll(keepingCapacity: true) }
        let fold = Self.workedOut(scalar)
        folds[scalar.value] = fold
        return fold
    }

    private static func workedOut(_ scalar: Unicode.Scalar) -> [UInt8] {
        let letters = LetterFold.letters(of: scalar)
        if !letters.isEmpty { return letters.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) } }
        switch scalar {
        case "‘", "’", "‚", "ʼ": return Array("'".utf8)
        case "“", "”", "„": return Array("\"".utf8)
        case "‐", "‑", "‒", "–", "—": return Array("-".utf8)
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .unassigned: return []
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control: return [UInt8(ascii: " ")]
        default: break
        }
        // Digits and signs, full-width ones and the like; pictures stay what they are.
        let parts = UnicodeTables.shared.decomposed(scalar)
        let kept = parts.isEmpty ? [scalar] : parts
        return kept.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
    }

    // MARK: - Space

    private static func collapsed(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        for byte in text where byte != UInt8(ascii: " ") || output.last != UInt8(ascii: " ") { output.append(byte) }
        return output
    }

    /// Joins runs of three or more single characters with one and the same separator in between; two separators, as
    /// between spaced-out words, end a run.
    private static func joined(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let end = endOfRun(text, from: index)
            if end > index {
                for place in stride(from: index, to: end, by: 2) { output.append(text[place]) }
                index = end
            } else {
                output.append(text[index])
                index += 1
            }
        }
        return output
    }

    /// Where the run of set-apart characters that starts here ends; `start` if none does.
    private static func endOfRun(_ text: [UInt8], from start: Int) -> Int {
        guard start == 0 || kind(text[start - 1]) == .other, start + 1 < text.count, isSeparator(text[start + 1])
        else { return start }
        let separator = text[start + 1]
        var end = start
        while end < text.count, kind(text[end]) != .other {
            guard end + 1 < text.count, text[end + 1] == separator else {
                // The last of the run stands alone, or belongs to the next word.
                if end + 1 == text.count || kind(text[end + 1]) == .other { end += 2 }
                break
            }
            end += 2
        }
        let places = (end - start) / 2
        return places >= 3 ? end - 1 : start
    }

    // MARK: - Leetspeak

    private enum Kind { case letter, sign, other }

    /// Letters; digits and signs that stand in for letters; and the rest, which parts words.
    private static func kind(_ byte: UInt8) -> Kind {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A: .letter
        case 0x30...0x39, UInt8(ascii: "@"), UInt8(ascii: "$"), UInt8(ascii: "|"), UInt8(ascii: "!"),
            UInt8(ascii: "+"):
            .sign
        default: .other
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"),
            UInt8(ascii: "/"), UInt8(ascii: ","):
            true
        default: false
        }
    }

    /// Undoes leetspeak, word by word.
    private static func undisguised(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let start = index
            var letters = 0
            var signs = 0
            while index < text.count {
                if let width = euro(text, at: index) {
                    signs += 1
                    index += width
                    continue
                }
                let kind = kind(text[index])
                if kind == .other { break }
                if kind == .letter { letters += 1 } else { signs += 1 }
                index += 1
            }
            if index == start {
                output.append(text[index])
                index += 1
            } else if letters == 0 || signs == 0 {
                output.append(contentsOf: text[start..<index])
            } else {
                output.append(contentsOf: unleeted(text[start..<index]))
            }
        }
        return output
    }

    /// The euro sign, the one sign beyond ASCII that stands in for a letter often; how many bytes it has.
    private static func euro(_ text: [UInt8], at index: Int) -> Int? {
        text[index] == 0xE2 && index + 2 < text.count && text[index + 1] == 0x82 && text[index + 2] == 0xAC ? 3 : nil
    }

    private static func unleeted(_ word: ArraySlice<UInt8>) -> [UInt8] {
        // An exclamation mark at the end is one.
        var core = word
        while core.last == UInt8(ascii: "!") { core.removeLast() }
        var letters: [UInt8] = []
        var index = core.startIndex
        while index < core.endIndex {
            switch core[index] {
            case UInt8(ascii: "0"): letters.append(UInt8(ascii: "o"))
            case UInt8(ascii: "3"): letters.append(UInt8(ascii: "e"))
            case UInt8(ascii: "4"), UInt8(ascii: "@"): letters.append(UInt8(ascii: "a"))
            case UInt8(ascii: "5"), UInt8(ascii: "$"): letters.append(UInt8(ascii: "s"))
            case UInt8(ascii: "6"), UInt8(ascii: "9"): letters.append(UInt8(ascii: "g"))
            case UInt8(ascii: "7"), UInt8(ascii: "+"): letters.append(UInt8(ascii: "t"))
            case UInt8(ascii: "8"): letters.append(UInt8(ascii: "b"))
            case UInt8(ascii: "1"), UInt8(ascii: "|"), UInt8(ascii: "!"): letters.append(undecided)
            case 0xE2:
                letters.append(UInt8(ascii: "e"))
                index += 2
            case let byte: letters.append(byte)
            }
            index += 1
        }
        for place in letters.indices where letters[place] == undecided {
            letters[place] = decided(
                after: place > 0 ? letters[place - 1] : nil,
                before: place + 1 < letters.count ? letters[place + 1] : nil)
        }
        return letters + word[core.endIndex...]
    }

    /// Stands for an `i` or an `l`.
    private static let undecided = UInt8(ascii: "1")

    /// Which of the two is likelier between these letters of an English word.
    private static func decided(after: UInt8?, before: UInt8?) -> UInt8 {
        func isIn(_ letters: String, _ byte: UInt8?) -> Bool { byte.map { letters.utf8.contains($0) } ?? false }
        let vowels = "aeiou"
        let isL: Bool
        if after == nil {
            // limits, let; ignore, instructions
            isL = isIn(vowels, before)
        } else if isIn("l", after) {
            // all, fully; limits, lists
            isL = !isIn("tcmnsgp", before)
        } else if isIn(vowels, after) {
            // rules, old; train, fair
            isL = !isIn("nr", before)
        } else if before == nil {
            isL = true
        } else if before == undecided {
            // filters, skill
            isL = false
        } else {
            // please, disable, comply; previous, restriction
            isL = isIn("bpcfgk", after) && isIn(vowels + "y", before)
        }
        return UInt8(ascii: isL ? "l" : "i")
    }
}
