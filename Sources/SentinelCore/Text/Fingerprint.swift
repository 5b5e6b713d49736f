/// What is kept of a text instead of the text: enough to tell equal and very similar ones, not to read it.
package struct Fingerprint: Sendable, Hashable {
    /// XXH3 (64 bit, seed 0) of the skeleton. Equal skeletons have equal hashes; different ones collide by chance once in
    /// 2^64 pairs. XXH3 is no secret: who wants to can make two texts collide, which only makes him look like a repeater.
    package let hash: UInt64
    /// How similar two texts are.
    package let sketch: TextSketch
    /// How many letters the skeleton has, see `TextNormalizer.letters`; at most 65,535.
    package let letters: UInt16

    /// Below this many letters a text has no fingerprint: "ok", "thanks a lot" and emoji are everybody's.
    package static let defaultMinimumLetters = 12

    package init(hash: UInt64, sketch: TextSketch, letters: UInt16) {
        self.hash = hash
        self.sketch = sketch
        self.letters = letters
    }

    /// 1 for texts with one skeleton; else what the sketches say, see `TextSketch.similarity`.
    package func similarity(to other: Fingerprint) -> Double {
        hash == other.hash ? 1 : sketch.similarity(to: other.sketch)
    }
}

extension TextNormalizer {
    /// The fingerprint of a text, or nil if its skeleton has fewer letters than the minimum.
    package mutating func fingerprint(
        of text: [UInt8], minimumLetters: Int = Fingerprint.defaultMinimumLetters
    ) -> Fingerprint? {
        prints(of: text, minimumLetters: minimumLetters)?.fingerprint
    }

    /// The fingerprint, and the words under which similar texts are found; nil if the skeleton has fewer letters than the
    /// minimum.
    package mutating func prints(
        of text: [UInt8], minimumLetters: Int = Fingerprint.defaultMinimumLetters
    ) -> (fingerprint: Fingerprint, bands: TextBands)? {
        normalize(text)
        guard letters >= max(1, minimumLetters) else { return nil }
        let hashes = MinHash(reading)
        let fingerprint = Fingerprint(
            hash: StableHash.of(skeleton),
            sketch: TextSketch(hashes),
            letters: UInt16(clamping: letters)
        )
        return (fingerprint, TextBands(hashes))
    }
}
