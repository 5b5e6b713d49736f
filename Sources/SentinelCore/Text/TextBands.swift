/// The eight words under which texts that are similar to this one are found.
///
/// Two bins of the `MinHash` make a word, so that texts of Jaccard similarity s share at least one of the eight with a chance of
/// 1 − (1 − s²)⁸: 0.75 at 0.4, 0.90 at 0.5, 0.97 at 0.6, practically 1 from 0.75 on, and 0.001 at 0.01, which is that of
/// unrelated texts (banding: Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 2014, section 3.4).
package struct TextBands: Sendable, Hashable {
    package static let count = 8

    /// `count` words; fewer in the odd case that two are equal.
    package let words: [UInt64]

    init(_ hashes: MinHash) {
        var words: [UInt64] = []
        words.reserveCapacity(Self.count)
        for band in 0..<Self.count {
            let bins = UInt64(hashes.bins[2 * band]) << 32 | UInt64(hashes.bins[2 * band + 1])
            let word = MinHash.mix(bins &+ UInt64(band))
            if !words.contains(word) { words.append(word) }
        }
        self.words = words
    }
}
