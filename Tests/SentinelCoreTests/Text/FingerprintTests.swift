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
        #expect(try #require(fingerprint("S.e.n.t.i.n.e.l 7")).hash == StableHash.of(Array("sentinei".utf8)))
    }

    @Test func `a text of too few letters has no fingerprint`() {
        #expect(fingerprint("ok thanks 12345 !!!", minimumLetters: 9) == nil)
        #expect(fingerprint("ok thanks 12345 !!!", minimumLetters: 8)?.letters == 8)
        #expect(fingerprint("👍👍👍", minimumLetters: 0) == nil)
    }

    @Test func `similar texts have similar sketches and unrelated ones do not`() throws {
        let text = "check out my channel for free music every single day and subscribe if you like it"
        let one = try #require(fingerprint(text))
        let named = try #require(fingerprint("Hi Anna! " + text))
        let other = try #require(
            fingerprint("the weather in the mountains was lovely, we walked for six hours and saw no one"))
        #expect(one.similarity(to: one) == 1)
        #expect(one.similarity(to: named) > 0.75)
        #expect(one.similarity(to: other) < 0.2)
        #expect(one.hash != named.hash)
    }

    @Test func `leetspeak is read`() throws {
        let plain = try #require(fingerprint("watch this for free followers and likes, best site today"))
        let leet = try #require(fingerprint("w47ch 7h15 f0r fr33 f0110w3r5 4nd 1ik35, b3$7 5i73 70d4y"))
        #expect(plain.hash != leet.hash)
        #expect(plain.sketch == leet.sketch)
    }
}
