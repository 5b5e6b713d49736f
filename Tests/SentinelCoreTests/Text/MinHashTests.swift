import Testing

@testable import SentinelCore

struct MinHashTests {
    private func letters(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
    }

    private func pieces(_ text: [UInt8]) -> Set<[UInt8]> {
        Set((0...max(0, text.count - 4)).map { Array(text[$0..<min(text.count, $0 + 4)]) })
    }

    private func jaccard(_ one: [UInt8], _ other: [UInt8]) -> Double {
        let (one, other) = (pieces(one), pieces(other))
        return Double(one.intersection(other).count) / Double(one.union(other).count)
    }

    /// The number in the policy is a Jaccard similarity: this is what makes it one.
    @Test(arguments: [24, 60, 300])
    func `the sketch estimates the Jaccard similarity of the pieces`(length: Int) {
        var random = SplitMix(seed: UInt64(length))
        var errors: [Double] = []
        for _ in 0..<600 {
            let one = letters(length, &random)
            var other = one
            for _ in 0..<Int.random(in: 0...length / 8, using: &random) {
                other[Int.random(in: 0..<length, using: &random)] = UInt8.random(in: 0x61...0x7A, using: &random)
            }
            errors.append(
                TextSketch(MinHash(one)).similarity(to: TextSketch(MinHash(other))) - jaccard(one, other))
        }
        let mean = errors.reduce(0, +) / 600
        let square = errors.reduce(0) { $0 + $1 * $1 } / 600
        #expect(abs(mean) < 0.02)
        #expect(square < 0.1 * 0.1)
    }

    @Test func `equal texts have similarity one and unrelated ones next to none`() {
        var random = SplitMix(seed: 3)
        var highest = 0.0
        for _ in 0..<2_000 {
            let one = TextSketch(MinHash(letters(60, &random)))
            let other = TextSketch(MinHash(letters(60, &random)))
            #expect(one.similarity(to: one) == 1)
            highest = max(highest, one.similarity(to: other))
        }
        #expect(highest < 0.4)
    }

    @Test func `agreeing bits are counted without those that agree by chance`() {
        let one = TextSketch(low: 0, high: 0)
        #expect(one.similarity(to: TextSketch(low: .max, high: 0)) == 0)
        // 48 of 64 bins agree: (48 ÷ 64 − 1 ÷ 4) ÷ (3 ÷ 4).
        #expect(abs(one.similarity(to: TextSketch(low: 0xFF, high: 0xFF00)) - 2.0 / 3) < 1e-12)
        // A quarter agrees by chance.
        #expect(one.similarity(to: TextSketch(low: 0xFFFF_FFFF_FFFF, high: 0)) == 0)
    }

    @Test func `similar texts share a band as often as the formula says`() {
        var random = SplitMix(seed: 5)
        var shared = 0.0
        var expected = 0.0
        for _ in 0..<1_500 {
            let one = letters(120, &random)
            var other = one
            for place in 0..<Int.random(in: 2...14, using: &random) { other[place * 8 + 3] = 0x41 }
            let similarity = jaccard(one, other)
            var miss = 1.0
            for _ in 0..<TextBands.count { miss *= 1 - similarity * similarity }
            expected += 1 - miss
            let words = TextBands(MinHash(one)).words
            if TextBands(MinHash(other)).words.contains(where: words.contains) { shared += 1 }
        }
        #expect(abs(shared - expected) < 0.04 * 1_500)
    }

    @Test func `any bytes have bands and a sketch, the same each time`() {
        var random = SplitMix(seed: 7)
        for _ in 0..<2_000 {
            let bytes = random.bytes(0...80, bias: "abcé你好\u{10FFFF}")
            let (one, other) = (MinHash(bytes), MinHash(bytes))
            #expect(TextBands(one) == TextBands(other))
            #expect(TextSketch(one) == TextSketch(other))
            #expect((1...TextBands.count).contains(TextBands(one).words.count))
        }
    }

    @Test func `an ideograph counts as two letters`() {
        // Of eight ideographs one is replaced at the end: 13 pieces each, of which the last three differ. 10 ÷ 16.
        let one = TextSketch(MinHash(Array("天地玄黄宇宙洪荒".utf8)))
        let other = TextSketch(MinHash(Array("天地玄黄宇宙洪水".utf8)))
        #expect(abs(one.similarity(to: other) - 0.65) < 0.25)
        #expect(one.similarity(to: other) < 1)
    }
}
