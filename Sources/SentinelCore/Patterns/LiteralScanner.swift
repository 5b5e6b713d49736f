/// Finds which of many words a text holds, in one pass over it. ASCII case does not matter.
///
/// The first letters of each word are hashed, and so is every place of the text (Karp, Rabin, "Efficient randomized
/// pattern-matching algorithms", IBM Journal of Research and Development, 1987; by blocks of letters as in Wu, Manber, "A fast
/// algorithm for multi-pattern searching", 1994). A small map of bits, which stays in the processor's cache, says at most
/// places that no word begins there; at the others the few words of that hash are compared.
struct LiteralScanner: Sendable {
    private struct Word {
        /// Where its letters are in `letters`.
        var start: Int32
        var length: Int32
        /// What it was registered for: where that is in `owners`.
        var firstOwner: Int32
        var ownerCount: Int32
    }

    /// The room of one scan after another.
    struct Scratch {
        /// The scan in which a word was last reported.
        fileprivate var seen: [UInt32]
        fileprivate var scan: UInt32 = 0
    }

    private static let mapBits = 15
    private static let bucketBits = 12
    private static let longestPrefix = 3

    /// How many letters are hashed: as many as the shortest word has, three at most.
    private let prefix: Int
    /// A bit for each hash that a word has.
    private let map: [UInt64]
    /// The words of a bucket are from one number to the next one.
    private let buckets: [Int32]
    private let words: [Word]
    private let letters: [UInt8]
    private let owners: [Int32]

    /// - Parameter words: ASCII letters in lower case, not empty, with the number that `scan` gives back for each.
    init(_ registered: [(word: [UInt8], owner: Int)]) {
        var byWord: [[UInt8]: [Int32]] = [:]
        for (word, owner) in registered { byWord[word, default: []].append(Int32(owner)) }
        prefix = min(Self.longestPrefix, byWord.keys.map(\.count).min() ?? 1)
        var map = [UInt64](repeating: 0, count: 1 << (Self.mapBits - 6))
        var buckets = [Int32](repeating: 0, count: (1 << Self.bucketBits) + 1)
        var words: [Word] = []
        var letters: [UInt8] = []
        var owners: [Int32] = []
        let prefix = prefix
        // In one order, whatever the dictionary does: by hash, then by letters.
        let sorted = byWord.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map {
                (
                    hash: Self.hash($0.key.prefix(prefix).reduce(0) { $0 << 8 | UInt32($1) }), word: $0.key,
                    owners: $0.value
                )
            }
            .sorted { $0.hash < $1.hash }
        for (hash, word, wordOwners) in sorted {
            map[hash >> 6] |= 1 << UInt64(hash & 63)
            buckets[(hash >> (Self.mapBits - Self.bucketBits)) + 1] += 1
            words.append(
                Word(
                    start: Int32(letters.count), length: Int32(word.count), firstOwner: Int32(owners.count),
                    ownerCount: Int32(wordOwners.count)))
            letters += word
            owners += wordOwners
        }
        for place in 1..<buckets.count { buckets[place] += buckets[place - 1] }
        (self.map, self.buckets, self.words, self.letters, self.owners) = (map, buckets, words, letters, owners)
    }

    /// Of the letters in the lowest bytes: a number of `mapBits` bits.
    @inline(__always)
    private static func hash(_ letters: UInt32) -> Int {
        Int((letters &* 0x9E37_79B1) >> UInt32(32 - mapBits))
    }

    @inline(__always)
    private static func lowercase(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }

    func makeScratch() -> Scratch {
        Scratch(seen: Array(repeating: 0, count: words.count))
    }

    /// Calls `body` with the owner of every word in the text; once for a word, however often it is there.
    func scan(_ text: [UInt8], _ scratch: inout Scratch, body: (Int) -> Void) {
        guard !words.isEmpty, text.count >= prefix else { return }
        if scratch.scan == .max { scratch = makeScratch() }
        scratch.scan += 1
        let (text, map, buckets) = (text.span, map.span, buckets.span)
        let mask = (1 << UInt32(8 * prefix)) - 1 as UInt32
        var recent: UInt32 = 0
        for place in 0..<text.count {
            recent = (recent << 8 | UInt32(Self.lowercase(text[place]))) & mask
            let hash = Self.hash(recent)
            guard map[hash >> 6] >> UInt64(hash & 63) & 1 == 1, place + 1 >= prefix else { continue }
            let bucket = hash >> (Self.mapBits - Self.bucketBits)
            for number in Int(buckets[bucket])..<Int(buckets[bucket + 1])
            where scratch.seen[number] != scratch.scan && isWord(number, at: place + 1 - prefix, in: text) {
                scratch.seen[number] = scratch.scan
                let word = words[number]
                for owner in Int(word.firstOwner)..<Int(word.firstOwner + word.ownerCount) { body(Int(owners[owner])) }
            }
        }
    }

    private func isWord(_ number: Int, at place: Int, in text: Span<UInt8>) -> Bool {
        let word = words[number]
        guard place + Int(word.length) <= text.count else { return false }
        for letter in 0..<Int(word.length)
        where Self.lowercase(text[place + letter]) != letters[Int(word.start) + letter] {
            return false
        }
        return true
    }
}
