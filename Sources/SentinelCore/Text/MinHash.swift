/// The least hashes of a text's pieces, in 64 bins: two texts agree in a bin as often as their sets of pieces overlap.
///
/// A piece is a run of four letters of the reading (an ideograph counts as two), each hashed once; the top bits of the hash
/// choose the bin, the least of a bin stays (one permutation hashing: Li, Owen, Zhang, NIPS 2012). An empty bin takes the
/// value of another that a fixed sequence of tries leads to (Shrivastava, "Optimal densification for fast and accurate
/// minwise hashing", ICML 2017). The chance that two texts agree in a bin is their Jaccard similarity: pieces they share,
/// divided by pieces that either has (Broder, "On the resemblance and containment of documents", SEQUENCES 1997).
struct MinHash {
    static let binCount = 64

    private(set) var bins = InlineArray<64, UInt32>(repeating: .max)

    /// - Parameter reading: UTF-8, see `TextNormalizer.reading`. Shorter than four letters, it is one piece.
    init(_ reading: [UInt8]) {
        var filled: UInt64 = 0
        var piece: UInt64 = 0
        var units = 0
        let bytes = reading.span
        var index = 0
        while index < bytes.count {
            let lead = bytes[index]
            if lead < 0x80 {
                index += 1
                units += 1
                piece = piece << 16 | UInt64(lead)
                if units >= 4 { add(piece, &filled) }
                continue
            }
            guard let scalar = ScalarDecoder.next(in: bytes, at: &index) else { continue }
            units += 1
            piece = piece << 16 | UInt64(scalar.value & 0xFFFF)
            if units >= 4 { add(piece, &filled) }
            guard LetterFold.isIdeograph(scalar) else { continue }
            units += 1
            piece = piece << 16 | UInt64(~scalar.value & 0xFFFF)
            if units >= 4 { add(piece, &filled) }
        }
        if filled == 0 { add(piece, &filled) }
        fill(emptyBut: filled)
    }

    private mutating func add(_ piece: UInt64, _ filled: inout UInt64) {
        let hash = Self.mix(piece)
        let bin = Int(hash >> 58)
        filled |= 1 << UInt64(bin)
        let value = UInt32(truncatingIfNeeded: hash)
        if value < bins[bin] { bins[bin] = value }
    }

    private mutating func fill(emptyBut filled: UInt64) {
        guard filled != .max else { return }
        for bin in 0..<Self.binCount where filled >> UInt64(bin) & 1 == 0 {
            // A linear congruential generator (Knuth's MMIX constants): it comes by every bin.
            var state = Self.mix(UInt64(bin))
            while filled >> (state >> 58) & 1 == 0 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            }
            bins[bin] = bins[Int(state >> 58)]
        }
    }

    /// Spreads 64 bits over 64 (the finaliser of SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
    static func mix(_ word: UInt64) -> UInt64 {
        var z = word &* 0x9E37_79B9_7F4A_7C15 &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
