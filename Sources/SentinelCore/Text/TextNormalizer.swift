/// Reduces a text to its skeleton: the letters a reader sees, in lower case, with everything else gone.
///
/// Two texts with one skeleton say the same thing to a reader, whatever was done to their bytes: case, spacing,
/// punctuation, digits, emoji, zero-width and control characters, accents, full-width or mathematical letters,
/// look-alikes of other scripts (see `LetterFold`), letters said more than once in a row (`cooool`). Small `l`, which
/// looks like capital `i`, is `i`. Only letters are kept: digits are what a campaign varies (prices, counters, random
/// suffixes), and on real spam waves nothing else in the normalisation matters as much.
/// The price: "version 1.2 is out" and "version 1.3 is out" are one text, so a skeleton is only compared from a
/// minimum length on (`Fingerprint`).
///
/// Beside the skeleton stands the reading, which undoes leetspeak (`fr33`): for finding similar texts, not equal ones.
///
/// Bytes that are not UTF-8 count as nothing. A text costs about 5 ns a byte, a scalar never seen before 1 µs once.
/// A normaliser reuses its buffers, so it belongs to one thread.
package struct TextNormalizer {
    /// Bytes of a text that are looked at, unless the caller says otherwise.
    package static let defaultMaximumBytes = 2048

    /// The skeleton of the text last given to `normalize`, in UTF-8; little longer than `maximumBytes` at most.
    package private(set) var skeleton: [UInt8] = []
    /// The skeleton with the letters that digits of mixed words stand for, see `Leetspeak`; the same where there are none.
    package private(set) var reading: [UInt8] = []
    /// How many letters the skeleton has. An ideograph counts as three, for it says as much.
    package private(set) var letters = 0

    private let maximumBytes: Int
    private var fold = LetterFold()

    /// - Parameter maximumBytes: what lies behind this many bytes of a text is not looked at.
    package init(maximumBytes: Int = defaultMaximumBytes) {
        self.maximumBytes = max(0, maximumBytes)
        skeleton.reserveCapacity(self.maximumBytes)
    }

    /// Sets `skeleton`, `reading` and `letters` to those of the text.
    package mutating func normalize(_ text: [UInt8]) {
        reading = []
        // Taken out while it is written to: appending to a local array is several times as fast.
        var output = Output(skeleton: skeleton)
        skeleton = []
        letters = 0
        let seen = text.span.extracting(first: maximumBytes)
        var index = 0
        while index < seen.count, output.skeleton.count < maximumBytes {
            let before = output.skeleton.count
            index = output.appendASCII(in: seen, from: index)
            letters += output.skeleton.count - before
            guard index < seen.count else { break }
            if let scalar = ScalarDecoder.next(in: seen, at: &index) { letters += output.append(scalar, by: &fold) }
        }
        skeleton = output.skeleton
        reading = output.isLeet ? output.reading : skeleton
    }

    /// What is written, and what of the present word matters for what comes.
    private struct Output {
        var skeleton: [UInt8]
        /// Kept only from the first digit on that stands for a letter.
        var reading: [UInt8] = []
        var isLeet = false
        private var wordHasLetter = false
        /// Digits at the head of a word, as the letters they stand for if a letter follows.
        private var head: [UInt8] = []

        init(skeleton: [UInt8]) {
            self.skeleton = skeleton
            self.skeleton.removeAll(keepingCapacity: true)
        }

        /// The short way, which asks no tables, as far as it goes. Returns the place of the next byte that is not ASCII.
        mutating func appendASCII(in text: Span<UInt8>, from start: Int) -> Int {
            for index in start..<text.count {
                let byte = text[index]
                if byte >= 0x80 { return index }
                // Upper and lower case differ in one bit.
                let lower = byte | 0x20
                if lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "z") {
                    if !head.isEmpty { appendHead() }
                    wordHasLetter = true
                    let letter = lower == UInt8(ascii: "l") ? UInt8(ascii: "i") : lower
                    if letter != skeleton.last { skeleton.append(letter) }
                    if isLeet, letter != reading.last { reading.append(letter) }
                } else if let letter = Leetspeak.letter(byte) {
                    if wordHasLetter {
                        appendToReading(letter)
                    } else if head.count < Leetspeak.longestHead {
                        head.append(letter)
                    }
                } else if wordHasLetter || !head.isEmpty {
                    wordHasLetter = false
                    head.removeAll(keepingCapacity: true)
                }
            }
            return text.count
        }

        /// The long way. Scalars that are no letters, such as those without width, end no word. Returns how many letters
        /// the skeleton has grown by.
        mutating func append(_ scalar: Unicode.Scalar, by fold: inout LetterFold) -> Int {
            let before = skeleton.count
            let letters = fold.append(scalar, to: &skeleton)
            guard skeleton.count > before else {
                return letters
            }
            if !head.isEmpty {
                let new = Array(skeleton[before...])
                skeleton.removeLast(new.count)
                appendHead()
                skeleton += new
            }
            wordHasLetter = true
            if isLeet { reading += skeleton[before...] }
            return letters
        }

        private mutating func appendHead() {
            for letter in head { appendToReading(letter) }
            head.removeAll(keepingCapacity: true)
        }

        private mutating func appendToReading(_ letter: UInt8) {
            if !isLeet {
                isLeet = true
                reading = skeleton
            }
            if letter != reading.last { reading.append(letter) }
        }
    }
}
