import Testing

@testable import SentinelCore

struct FingerprintTests {
    private func fingerprint(_ text: String, minimumLetters: Int = 1) -> Fingerprint? {
        var normalizer = TextNormalizer()
        return normalizer.fingerprint(of: Array(text.utf8), minimumLetters: minimumLetters)
    }

    @Test func `the hash is XXH3 of the skeleton`() throws {
        // As the C library says of the eight bytes "sentinel".
        #expect(StableHash.of(Array("sentinel".utf8)) == 0xA47F_B63A_1C51_4942)
        #expect(StableHash.of([]) == 0x2D06_8005_38D3_94C2)
        #expect(try #require(fingerprint("S.e.n.t.i.n.e.l 7")).hash == 0xA47F_B63A_1C51_4942)
    }

    @Test func `a text of too few letters has no fingerprint`() {
        #expect(fingerprint("ok thanks 12345 !!!", minimumLetters: 9) == nil)
        #expect(fingerprint("ok thanks 12345 !!!", minimumLetters: 8)?.letters == 8)
        #expect(fingerprint("👍👍👍", minimumLetters: 0) == nil)
    }

    @Test func `similar texts have similar bits and unrelated ones do not`() throws {
        let text = "check out my channel for free music every single day and subscribe if you like it"
        let one = try #require(fingerprint(text))
        let named = try #require(fingerprint("Hi Anna! " + text))
        let other = try #require(
            fingerprint("the weather in the mountains was lovely, we walked for six hours and saw no one"))
        #expect(one.simHash.distance(to: one.simHash) == 0)
        #expect(one.simHash.similarity(to: one.simHash) == 1)
        #expect(one.simHash.similarity(to: named.simHash) > 0.85)
        #expect(one.simHash.similarity(to: other.simHash) < 0.6)
        #expect(one.hash != named.hash)
    }

    @Test func `the majority of votes is exact`() {
        // One piece: its own hash. Two equal pieces: the same. Of three votes, two agreeing ones win.
        let one = SimHash(Array("aaaa".utf8))
        #expect(SimHash(Array("aaaaaaaa".utf8)) == one)
        let three = ["abcd", "bcde", "cdef"].map { SimHash(Array($0.utf8)).bits }
        let majority = three[0] & three[1] | three[0] & three[2] | three[1] & three[2]
        #expect(SimHash(Array("abcdef".utf8)).bits == majority)
    }

    @Test func `opposite bits are not similar`() {
        #expect(SimHash(bits: 0).similarity(to: SimHash(bits: .max)) == 0)
        #expect(SimHash(bits: 0).distance(to: SimHash(bits: .max)) == 64)
        #expect(SimHash(bits: 0).similarity(to: SimHash(bits: 0b11_1111)) > 0.95)
        #expect(SimHash(bits: 0).similarity(to: SimHash(bits: 0b111_1111)) < 0.95)
    }
}
