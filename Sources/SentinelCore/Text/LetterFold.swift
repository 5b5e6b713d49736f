/// Maps one Unicode scalar to the plain letters a reader sees in it: `Ａ`, `𝐚`, `á`, `а` (Cyrillic) and `🅰` are all `a`.
///
/// The fold of a scalar does not depend on its neighbours, so it is worked out once and remembered in pages of 256
/// scalars that are made on first use. Whatever is sent, the memory stays below 5 MB (all 4,352 pages).
///
/// How a scalar is folded:
/// 1. compatibility decomposition (NFKD, UAX 15); marks, controls, ignorables, digits and symbols drop out;
/// 2. ASCII letters become lower case;
/// 3. other letters become what they look like (UTS 39 skeleton plus small capitals), if that is ASCII. Asked first of
///    the lower-case form and then of the capital, so that both cases of a letter fold alike: Cyrillic `в` and `В` are `b`;
/// 4. the rest is folded by NFKC_Casefold and stays in its script.
struct LetterFold {
    /// One remembered fold in 32 bits: the low two bits say what the others hold.
    private struct Entry {
        var bits: UInt32
        static let unknown = Entry(bits: 0)
        static let dropped = Entry(bits: 1)
        static func one(_ scalar: Unicode.Scalar) -> Entry { Entry(bits: scalar.value << 2 | 2) }
        static func many(_ index: Int) -> Entry { Entry(bits: UInt32(index) << 2 | 3) }
    }

    private var pages: [[Entry]] = Array(repeating: [], count: 0x110000 >> 8)
    private var expansions: [[Unicode.Scalar]] = []

    /// Appends the letters that the scalar folds to (none, one, or a few) to a skeleton in UTF-8.
    ///
    /// - Returns: how many letters that were, an ideograph counting as three.
    mutating func append(_ scalar: Unicode.Scalar, to skeleton: inout [UInt8]) -> Int {
        let page = Int(scalar.value >> 8)
        let slot = Int(scalar.value & 0xFF)
        if pages[page].isEmpty { pages[page] = Array(repeating: .unknown, count: 256) }
        if pages[page][slot].bits == Entry.unknown.bits { pages[page][slot] = remember(Self.letters(of: scalar)) }
        let entry = pages[page][slot].bits
        switch entry & 3 {
        case 2:
            return Unicode.Scalar(entry >> 2).map { Self.encode($0, to: &skeleton) } ?? 0
        case 3:
            return expansions[Int(entry >> 2)].reduce(0) { $0 + Self.encode($1, to: &skeleton) }
        default:
            return 0
        }
    }

    /// A letter that the skeleton ends with already is not said again.
    private static func encode(_ letter: Unicode.Scalar, to skeleton: inout [UInt8]) -> Int {
        if letter.isASCII {
            // A small L looks like a capital i.
            let byte = letter == "l" ? UInt8(ascii: "i") : UInt8(truncatingIfNeeded: letter.value)
            guard skeleton.last != byte else { return 0 }
            skeleton.append(byte)
            return 1
        }
        let bytes = UTF8.encode(letter) ?? UTF8.encodedReplacementCharacter
        guard !skeleton.suffix(bytes.count).elementsEqual(bytes) else { return 0 }
        skeleton.append(contentsOf: bytes)
        return isIdeograph(letter) ? 3 : 1
    }

    /// Whether the scalar is a letter that says as much as a syllable or a word.
    static func isIdeograph(_ letter: Unicode.Scalar) -> Bool {
        switch letter.value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }

    private mutating func remember(_ letters: [Unicode.Scalar]) -> Entry {
        switch letters.count {
        case 0: return .dropped
        case 1: return .one(letters[0])
        default:
            expansions.append(letters)
            return .many(expansions.count - 1)
        }
    }

    /// What the scalar folds to, worked out anew.
    static func letters(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if let letter = pictured(scalar) { return [letter] }
        let tables = UnicodeTables.shared
        var letters: [Unicode.Scalar] = []
        for part in tables.decomposed(scalar) where tables.isLetter(part) {
            if let letter = asciiLetter(part) ?? smallCapitals[part] {
                letters.append(letter)
                continue
            }
            let folded = tables.casefolded(part)
            let seen = latin(tables.lookAlike(folded)) ?? latin(tables.lookAlike([tables.uppercased(part)]))
            letters.append(contentsOf: seen ?? folded.filter(tables.isLetter))
        }
        return letters
    }

    /// The ASCII letters, in lower case, that a skeleton consists of once its marks are gone; nil if it holds others.
    private static func latin(_ skeleton: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        var letters: [Unicode.Scalar] = []
        for scalar in skeleton {
            if let letter = asciiLetter(scalar) ?? smallCapitals[scalar] {
                letters.append(letter)
            } else if scalar.isASCII || UnicodeTables.shared.isLetter(scalar) {
                return nil
            }
        }
        // UTS 39 takes `rn` for the prototype of `m`.
        if letters == ["r", "n"] { return ["m"] }
        return letters.isEmpty ? nil : letters
    }

    private static func asciiLetter(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "a"..."z": scalar
        case "A"..."Z": Unicode.Scalar(scalar.value | 0x20)
        default: nil
        }
    }

    /// Letters drawn white on black, or as flags, which Unicode counts as symbols without a decomposition.
    private static func pictured(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        for first: UInt32 in [0x1F150, 0x1F170, 0x1F1E6] where (first..<first + 26).contains(scalar.value) {
            return Unicode.Scalar(scalar.value - first + 0x61)
        }
        return nil
    }

    /// Small capitals are prototypes of their own in UTS 39; readers take them for the letter.
    private static let smallCapitals: [Unicode.Scalar: Unicode.Scalar] = [
        "ᴀ": "a", "ʙ": "b", "ᴄ": "c", "ᴅ": "d", "ᴇ": "e", "ꜰ": "f", "ɢ": "g", "ʜ": "h", "ɪ": "i", "ᴊ": "j", "ᴋ": "k",
        "ĸ": "k", "ʟ": "l", "ᴍ": "m", "ɴ": "n", "ᴏ": "o", "ᴘ": "p", "ꞯ": "q", "ʀ": "r", "ꜱ": "s", "ᴛ": "t", "ᴜ": "u",
        "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
    ]
}
