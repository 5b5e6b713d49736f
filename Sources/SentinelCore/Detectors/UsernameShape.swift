/// How much a name looks made by a program: letters that no language puts side by side, digits strewn in.
///
/// Character pairs tell random names from chosen ones: Freeman, "Using naive Bayes to detect spammy names in social
/// networks" (AISec 2013); Yadav et al., "Detecting algorithmically generated malicious domain names" (IMC 2010). Here the
/// table of pairs is small and hand-made from the spelling of names in some twenty languages in Latin letters, so that it
/// learned nobody's users: it says which consonants follow one another. In a random string about four pairs of ten are
/// none of these, in names about one in fifty. Names in other scripts are not judged.
package struct UsernameShape: Sendable, Equatable {
    /// 0…1; generated-looking from about 0.5 on.
    package private(set) var score = 0.0
    /// What speaks for it, in words.
    package private(set) var reasons: [String] = []

    /// Bytes of a name that are looked at.
    private static let maximumLength = 64

    /// Judges a name in UTF-8.
    package init(_ name: [UInt8]) {
        var pairs = 0
        var oddPairs = 0
        var letters = 0
        var digits = 0
        var switches = 0
        var caseSwitches = 0
        var trailingDigits: [UInt8] = []
        var vowels = 0
        var consonants = 0
        var longestConsonants = 0
        var before: UInt8?
        var beforeWasDigit: Bool?
        var wasUpper = false
        for scalar in String(decoding: name.prefix(Self.maximumLength), as: UTF8.self).unicodeScalars {
            // The replacement character stands for bytes that are not UTF-8, or a scalar cut at the end.
            guard let character = Self.plain(scalar) else {
                self = UsernameShape()
                return
            }
            let isUpper = 0x41...0x5A ~= character
            let letter = isUpper ? character | 0x20 : character
            let isLetter = 0x61...0x7A ~= letter
            let isDigit = 0x30...0x39 ~= character
            if isDigit {
                digits += 1
                trailingDigits.append(character)
            } else {
                trailingDigits = []
            }
            if isDigit || isLetter {
                if let beforeWasDigit, beforeWasDigit != isDigit { switches += 1 }
                beforeWasDigit = isDigit
            }
            guard isLetter else {
                before = nil
                consonants = 0
                continue
            }
            letters += 1
            if Self.isVowel(letter) { vowels += 1 }
            if let last = before {
                // A capital begins a new word: `DarkWolf`.
                if isUpper, !wasUpper {
                    caseSwitches += 1
                    consonants = 0
                } else {
                    pairs += 1
                    if !Self.follows(last, letter) { oddPairs += 1 }
                }
            }
            consonants = Self.isVowel(letter) ? 0 : consonants + 1
            longestConsonants = max(longestConsonants, consonants)
            before = letter
            wasUpper = isUpper
        }
        judgeLetters(pairs, oddPairs, longestConsonants)
        if letters >= 7, vowels * 5 < letters { add(0.3, "\(vowels) vowels in \(letters) letters") }
        judgeDigits(letters, digits, switches, trailingDigits)
        if caseSwitches >= 4 { add(0.3, "\(caseSwitches) capitals amid letters") }
        score = min(1, score)
    }

    private init() {}

    private mutating func add(_ weight: Double, _ reason: String) {
        score += weight
        reasons.append(reason)
    }

    private mutating func judgeLetters(_ pairs: Int, _ oddPairs: Int, _ longestConsonants: Int) {
        // One odd pair is an initial, two may be a nickname.
        if oddPairs >= 2, pairs >= 5 {
            let share = Double(oddPairs) / Double(pairs)
            if share > 0.12 { add(min(0.9, share * 3.5), "\(oddPairs) of \(pairs) pairs of letters are unusual") }
        }
        if longestConsonants >= 6 { add(0.3, "\(longestConsonants) consonants in a row") }
    }

    private mutating func judgeDigits(_ letters: Int, _ digits: Int, _ switches: Int, _ trailing: [UInt8]) {
        if switches >= 3, digits >= 2 {
            add(min(0.8, 0.2 * Double(switches - 1)), "letters and digits change \(switches) times")
        } else if trailing.count >= 5, letters > 0, !Self.isDate(trailing) {
            add(0.5, "\(trailing.count) digits at the end")
        } else if trailing.count == 4, letters > 0, !Self.isDate(trailing) {
            add(0.2, "four digits at the end that are no year")
        }
    }

    /// A year from 1900 to 2099, or a day with it.
    private static func isDate(_ digits: [UInt8]) -> Bool {
        let text = String(decoding: digits, as: UTF8.self)
        func isYear(_ part: Substring) -> Bool { part.hasPrefix("19") || part.hasPrefix("20") }
        switch digits.count {
        case 4: return isYear(text[...]) || (Int(text.prefix(2)) ?? 99) <= 31 && (Int(text.suffix(2)) ?? 99) <= 12
        case 6: return (Int(text.prefix(2)) ?? 99) <= 31 || (Int(text.suffix(2)) ?? 99) <= 31
        case 8: return isYear(text.prefix(4)) || isYear(text.suffix(4))
        default: return false
        }
    }

    /// The ASCII character below the accents; a separator for signs and for Latin letters that have none; nil for letters of
    /// other scripts.
    private static func plain(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar.isASCII { return UInt8(truncatingIfNeeded: scalar.value) }
        if let base = UnicodeTables.shared.decomposed(scalar).first, base.isASCII {
            return UInt8(truncatingIfNeeded: base.value)
        }
        let isForeign = scalar.value >= 0x250 && UnicodeTables.shared.isLetter(scalar)
        return isForeign ? nil : UInt8(ascii: "_")
    }

    private static func isVowel(_ letter: UInt8) -> Bool { "aeiouy".utf8.contains(letter) }

    /// Whether the second letter follows the first in names.
    private static func follows(_ first: UInt8, _ second: UInt8) -> Bool {
        if isVowel(first) || isVowel(second) { return true }
        return followers[Int(first - UInt8(ascii: "a"))].contains(second)
    }

    /// Which consonants follow `a`, `b`, … `z`; vowels follow and are followed by anything.
    private static let followers: [[UInt8]] = [
        "", "bcdhjlrst", "chklnrstz", "dghjlmnrstvwz", "", "flrst", "dghlmnrstwz", "dklmnrstvw", "", "dklmnrst",
        "hjklmnrstvw", "bcdfghjklmnprstvwz", "bcdfhlmnprstw", "bcdfghjklmnpqrstvwxz", "", "fhjklmnprstw", "",
        "bcdfghjklmnpqrstvwz", "bcdfghjklmnpqrstvwz", "bcfhjklmnrstvwxz", "", "djklnrsv", "bdhklmnrstz", "cptx", "",
        "bdghklmnrstvwz",
    ].map { Array($0.utf8) }
}
