/// Reduces a text to its skeleton: the letters a reader sees, in lower case, with everything else gone.
///
/// Two texts with one skeleton say the same thing to a reader, whatever was done to their bytes: case, spacing,
/// punctuation, digits, emoji, zero-width and control characters, accents, full-width or mathematical letters,
/// look-alikes of other scripts (see `LetterFold`). Only letters are kept: digits are what a campaign varies
/// (prices, counters, random suffixes), and on real spam waves nothing else in the normalisation matters as much.
/// The price: "version 1.2 is out" and "version 1.3 is out" are one text, so a skeleton is only compared from a
/// minimum length on (`Fingerprint`). Leetspeak (`fr33`) is not undone.
///
/// Bytes that are not UTF-8 count as nothing. A text costs about 2 ns a byte in ASCII, 10 otherwise.
/// A normaliser reuses its buffers, so it belongs to one thread.
package struct TextNormalizer {
    /// Bytes of a text that are looked at, unless the caller says otherwise.
    package static let defaultMaximumBytes = 2048

    /// The skeleton of the text last given to `normalize`, in UTF-8; little longer than `maximumBytes` at most.
    package private(set) var skeleton: [UInt8] = []
    /// How many letters the skeleton has. An ideograph counts as three, for it says as much.
    package private(set) var letters = 0

    private let maximumBytes: Int
    private var fold = LetterFold()

    /// - Parameter maximumBytes: what lies behind this many bytes of a text is not looked at.
    package init(maximumBytes: Int = defaultMaximumBytes) {
        self.maximumBytes = max(0, maximumBytes)
        skeleton.reserveCapacity(self.maximumBytes)
    }

    /// Sets `skeleton` and `letters` to those of the text.
    package mutating func normalize(_ text: [UInt8]) {
        skeleton.removeAll(keepingCapacity: true)
        letters = 0
        let span = text.span
        for index in 0..<min(span.count, maximumBytes) {
            let byte = span[index]
            guard byte < 0x80 else { return normalizeUnicode(text[index..<min(span.count, maximumBytes)]) }
            // Upper and lower case differ in one bit.
            let lower = byte | 0x20
            if lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "z") {
                skeleton.append(lower)
                letters += 1
            }
        }
    }

    /// Goes on from the first byte that is not ASCII.
    private mutating func normalizeUnicode(_ rest: ArraySlice<UInt8>) {
        // Decoding repairs: what is not UTF-8 becomes U+FFFD, a symbol, and drops out.
        for scalar in String(decoding: rest, as: UTF8.self).unicodeScalars where skeleton.count < maximumBytes {
            letters += fold.append(scalar, to: &skeleton)
        }
    }
}
