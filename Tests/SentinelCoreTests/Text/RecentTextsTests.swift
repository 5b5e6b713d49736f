import Testing

@testable import SentinelCore

struct RecentTextsTests {
    /// A text whose sketch has the lowest bits set.
    private func text(_ hash: UInt64, bits: Int) -> Fingerprint {
        Fingerprint(hash: hash, simHash: SimHash(bits: (1 << UInt64(bits)) - 1), letters: 30)
    }

    @Test func `a variant is taken for the first text of its kind`() {
        var texts = RecentTexts()
        #expect(texts.kind(of: text(1, bits: 0), at: 0) == RecentTexts.Kind(hash: 1, similarity: 1))
        // Six bits of 64: cos(6π/64).
        let variant = texts.kind(of: text(2, bits: 6), at: 1)
        #expect(variant.hash == 1)
        #expect(abs(variant.similarity - 0.9569) < 0.0001)
    }

    @Test func `a kind does not drift`() {
        var texts = RecentTexts()
        _ = texts.kind(of: text(1, bits: 0), at: 0)
        #expect(texts.kind(of: text(2, bits: 5), at: 1).hash == 1)
        // Near the variant, not near the first.
        #expect(texts.kind(of: text(3, bits: 10), at: 2).hash == 3)
    }

    @Test func `the nearest kind is chosen`() {
        var texts = RecentTexts()
        let sketch = { (places: [UInt64]) in SimHash(bits: places.reduce(0) { $0 | 1 << $1 }) }
        _ = texts.kind(of: Fingerprint(hash: 1, simHash: sketch([]), letters: 30), at: 0)
        _ = texts.kind(of: Fingerprint(hash: 2, simHash: sketch([0, 1, 16, 17, 32, 33, 48]), letters: 30), at: 0)
        #expect(
            texts.kind(of: Fingerprint(hash: 3, simHash: sketch([0, 1, 16, 17, 32, 33]), letters: 30), at: 1).hash == 2)
        #expect(texts.kind(of: Fingerprint(hash: 4, simHash: sketch([0, 16, 32]), letters: 30), at: 1).hash == 1)
    }

    @Test func `among thousands of kinds, a variant is found in most cases`() {
        var random = SplitMix(seed: 12)
        var texts = RecentTexts()
        let kinds = (0..<2_000).map { Fingerprint(hash: $0, simHash: SimHash(bits: random.next()), letters: 30) }
        for kind in kinds { _ = texts.kind(of: kind, at: 0) }
        var found = [Int](repeating: 0, count: 7)
        for kind in kinds.prefix(200) {
            for distance in found.indices {
                var bits = kind.simHash.bits
                while (bits ^ kind.simHash.bits).nonzeroBitCount < distance {
                    bits ^= 1 << UInt64.random(in: 0..<64, using: &random)
                }
                var copy = texts
                let variant = Fingerprint(hash: 1 << 40, simHash: SimHash(bits: bits), letters: 30)
                if copy.kind(of: variant, at: 1).hash == kind.hash { found[distance] += 1 }
            }
        }
        // Three bits cannot touch all four bands; six leave one untouched in 62 of 100 cases. Kinds share few slots.
        #expect(found[0] >= 199)
        #expect(found[3] >= 190)
        #expect((100...150).contains(found[6]))
    }

    @Test func `a kind is forgotten a window after its last variant`() {
        var texts = RecentTexts(window: 100)
        _ = texts.kind(of: text(1, bits: 0), at: 0)
        #expect(texts.kind(of: text(2, bits: 1), at: 99).hash == 1)
        #expect(texts.kind(of: text(3, bits: 1), at: 198).hash == 1)
        #expect(texts.kind(of: text(4, bits: 1), at: 298).hash == 4)
    }

    @Test func `the oldest kind makes room`() {
        var texts = RecentTexts(capacity: 2)
        _ = texts.kind(of: text(1, bits: 0), at: 0)
        _ = texts.kind(of: text(2, bits: 20), at: 1)
        _ = texts.kind(of: text(3, bits: 40), at: 2)
        #expect(texts.kind(of: text(4, bits: 20), at: 3).hash == 2)
        #expect(texts.kind(of: text(5, bits: 40), at: 4).hash == 3)
        #expect(texts.kind(of: text(6, bits: 0), at: 5).hash == 6)
    }

    @Test func `nonsense times never trap`() {
        var texts = RecentTexts()
        for time in [Int64.min, .max, 0, .min] { _ = texts.kind(of: text(1, bits: 0), at: time) }
        #expect(texts.kind(of: text(2, bits: 1), at: .max).hash == 1)
    }
}
