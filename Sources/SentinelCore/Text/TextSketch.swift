/// Sixteen bytes that say how similar two texts are, without saying what they are.
///
/// Two bits of each of the 64 bins of the `MinHash` (b-bit minwise hashing: Li, König, WWW 2010). Texts agree in the two bits
/// where they agree in the bin, and by chance in a quarter of the others.
package struct TextSketch: Sendable, Hashable {
    /// The lower and the upper bit of each bin.
    let low: UInt64
    let high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    init(_ hashes: MinHash) {
        var low: UInt64 = 0
        var high: UInt64 = 0
        for bin in (0..<MinHash.binCount).reversed() {
            let value = UInt64(hashes.bins[bin])
            low = low << 1 | value & 1
            high = high << 1 | value >> 1 & 1
        }
        self.init(low: low, high: high)
    }

    /// The estimated Jaccard similarity of the two texts' sets of four-letter pieces: 1 for equal texts, about 0 for unrelated
    /// ones. The standard error is at most 0.08; a fifth of the letters changed in one place leaves about 0.7, one word in
    /// five replaced about 0.5.
    package func similarity(to other: TextSketch) -> Double {
        let agreeing = (~(low ^ other.low) & ~(high ^ other.high)).nonzeroBitCount
        return max(0, (Double(agreeing) / 64 - 0.25) / 0.75)
    }
}
