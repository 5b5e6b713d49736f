import CICU

/// What the normaliser asks of ICU, one scalar at a time: decomposition, case folding, look-alikes.
///
/// Every call costs about a microsecond; `LetterFold` remembers the answers, so that a text does not pay it.
///
/// Invariant behind `@unchecked Sendable`: the two normalisers are ICU's own singletons and the checker is never
/// configured after it was opened; ICU documents all three as safe to use from many threads through `const` calls
/// (<https://unicode-org.github.io/icu/userguide/icu/design.html#thread-safety>). They live as long as the process.
final class UnicodeTables: @unchecked Sendable {
    static let shared = UnicodeTables()

    private let nfkd: OpaquePointer
    private let nfkcCasefold: OpaquePointer
    private let spoofChecker: OpaquePointer

    private init() {
        var status = U_ZERO_ERROR
        let nfkd = sentinel_icu_nfkd(&status)
        let nfkcCasefold = sentinel_icu_nfkc_casefold(&status)
        let spoofChecker = sentinel_icu_spoof_open(&status)
        // Only an ICU installed without its data fails here: no input can, and nothing works without it.
        guard status.rawValue <= U_ZERO_ERROR.rawValue, let nfkd, let nfkcCasefold, let spoofChecker else {
            fatalError("ICU cannot open its normalisation data (UErrorCode \(status.rawValue))")
        }
        self.nfkd = nfkd
        self.nfkcCasefold = nfkcCasefold
        self.spoofChecker = spoofChecker
    }

    /// Compatibility decomposition (UAX 15): `ﬁ` is `f`, `i`; `é` is `e`, acute; mathematical `𝐀` is `A`.
    func decomposed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        Self.run([scalar]) { sentinel_icu_normalize(self.nfkd, $0, $1, $2, $3, $4) }
    }

    /// NFKC_Casefold (UAX 31): lower case for comparing, `ß` is `ss`; ignorable scalars vanish.
    func casefolded(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        Self.run([scalar]) { sentinel_icu_normalize(self.nfkcCasefold, $0, $1, $2, $3, $4) }
    }

    /// The confusable skeleton (UTS 39, section 4): what the scalars look like, in prototypes that are mostly Latin.
    func lookAlike(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        Self.run(scalars) { sentinel_icu_spoof_skeleton(self.spoofChecker, $0, $1, $2, $3, $4) }
    }

    /// The capital of a letter, or the letter itself.
    func uppercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        Unicode.Scalar(UInt32(bitPattern: sentinel_icu_upper(Int32(scalar.value)))) ?? scalar
    }

    /// Whether a reader takes the scalar for a letter of a text: letters, and vowel signs that take room of their own.
    /// Marks that merely sit on a letter, controls, ignorables, digits, symbols and unassigned scalars are none.
    func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        let value = Int32(scalar.value)
        switch UInt32(sentinel_icu_category(value)) {
        case U_UPPERCASE_LETTER.rawValue, U_LOWERCASE_LETTER.rawValue, U_TITLECASE_LETTER.rawValue,
            U_MODIFIER_LETTER.rawValue, U_OTHER_LETTER.rawValue, U_COMBINING_SPACING_MARK.rawValue:
            // Some letters are invisible: the Hangul fillers.
            return sentinel_icu_is_default_ignorable(value) == 0
        default:
            return false
        }
    }

    /// The result of an ICU call on a few scalars; empty when ICU refuses, which it does not for whole scalars.
    private static func run(
        _ scalars: [Unicode.Scalar],
        _ call: (UnsafePointer<UInt16>, Int32, UnsafeMutablePointer<UInt16>, Int32, UnsafeMutablePointer<UErrorCode>) ->
            Int32
    ) -> [Unicode.Scalar] {
        var units: [UInt16] = []
        for scalar in scalars { units.append(contentsOf: scalar.utf16) }
        // The longest expansion of one scalar is 18 units (U+FDFA); room for a few of them.
        let capacity = 32 * max(1, units.count)
        var status = U_ZERO_ERROR
        let result = [UInt16](unsafeUninitializedCapacity: capacity) { buffer, count in
            let length = call(units, Int32(units.count), buffer.baseAddress!, Int32(capacity), &status)
            count = status.rawValue <= U_ZERO_ERROR.rawValue ? min(Int(length), capacity) : 0
        }
        return Array(String(decoding: result, as: UTF16.self).unicodeScalars)
    }
}
