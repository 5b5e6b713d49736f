/// Digits and signs that stand for letters in leetspeak: `w4tch my ch4nn3l`, `$h0p`.
///
/// A digit is taken for a letter only in a word that has letters too, so that prices, years and counters stay numbers.
enum Leetspeak {
    /// How many such digits at the head of a word are kept until its first letter comes; more are no word.
    static let longestHead = 16

    /// The letter that the byte stands for, or nil. One reads as `i`, which the skeleton has for `l` as well.
    static func letter(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0"): UInt8(ascii: "o")
        case UInt8(ascii: "1"): UInt8(ascii: "i")
        case UInt8(ascii: "3"): UInt8(ascii: "e")
        case UInt8(ascii: "4"), UInt8(ascii: "@"): UInt8(ascii: "a")
        case UInt8(ascii: "5"), UInt8(ascii: "$"): UInt8(ascii: "s")
        case UInt8(ascii: "7"): UInt8(ascii: "t")
        case UInt8(ascii: "8"): UInt8(ascii: "b")
        case UInt8(ascii: "9"): UInt8(ascii: "g")
        default: nil
        }
    }
}
