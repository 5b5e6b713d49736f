import Glibc

/// A 64-bit sketch of a text: the fewer bits differ, the more of their four-byte pieces two texts share.
///
/// Charikar, "Similarity estimation techniques from rounding algorithms", STOC 2002: each piece votes with the bits of its
/// hash, each bit of the sketch is the majority. The expected share of differing bits is the angle between the two
/// texts' vectors of pieces, divided by π.
package struct SimHash: Sendable, Hashable {
    package let bits: UInt64

    package init(bits: UInt64) {
        self.bits = bits
    }

    /// The sketch of a skeleton, over all its runs of four bytes; a shorter one is a single piece.
    package init(_ skeleton: [UInt8]) {
        var votes = BitCounters()
        var piece: UInt32 = 0
        let span = skeleton.span
        for index in 0..<span.count {
            piece = piece << 8 | UInt32(span[index])
            if index >= 3 { votes.add(Self.mix(piece)) }
        }
        if span.count < 4 { votes.add(Self.mix(piece)) }
        bits = votes.majority
    }

    /// How many of the 64 bits differ: 0 for equal texts, about 32 for unrelated ones.
    package func distance(to other: SimHash) -> Int {
        (bits ^ other.bits).nonzeroBitCount
    }

    /// The estimated cosine similarity of the two texts' vectors of pieces: 1 for equal texts, about 0 for unrelated ones.
    /// A similarity of 0.95 is a distance of 6 bits, 0.9 of 9.
    package func similarity(to other: SimHash) -> Double {
        max(0, cos(Double.pi * Double(distance(to: other)) / 64))
    }

    /// Spreads 32 bits over 64 (the finaliser of SplitMix64; Steele, Lea, Flood, OOPSLA 2014).
    private static func mix(_ piece: UInt32) -> UInt64 {
        var z = UInt64(piece) &* 0x9E37_79B9_7F4A_7C15 &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Sixty-four counters at once, bit-sliced: plane `i` holds bit `i` of each. Adding a word carries from plane to plane and
/// costs about seven steps instead of sixty-four.
private struct BitCounters {
    private var planes = InlineArray<16, UInt64>(repeating: 0)
    private var count: UInt16 = 0

    /// Adds each bit of the word to its counter. Beyond 65,535 words nothing is added.
    mutating func add(_ word: UInt64) {
        guard count < .max else { return }
        count += 1
        var carry = word
        var plane = 0
        while carry != 0, plane < 16 {
            let sum = planes[plane] ^ carry
            carry &= planes[plane]
            planes[plane] = sum
            plane += 1
        }
    }

    /// The bits whose counter is more than half of the words added: compares all counters with the half from the top plane.
    var majority: UInt64 {
        let half = count / 2
        var greater: UInt64 = 0
        var equal: UInt64 = .max
        for plane in (0..<16).reversed() {
            let bits: UInt64 = half >> UInt16(plane) & 1 == 1 ? .max : 0
            greater |= equal & planes[plane] & ~bits
            equal &= ~(planes[plane] ^ bits)
        }
        return greater
    }
}
