/// The texts of late, by sketch: finds the one that a new text is a variant of.
///
/// Campaigns vary their texts: a name in front, a random word at the end. The first text of a kind stands for all of its
/// variants, so that whoever asks "who has posted this?" asks under one hash. Variants are compared with the first text
/// only, never with one another, so that a kind does not drift.
///
/// The search: sketches that differ in few bits agree in at least one of four bands of 16 bits (Manku, Jain, Das Sarma,
/// WWW 2007), so a table for each band names the kind that was seen last with that value. All variants at a distance up
/// to 3 share a band; at 4, 5 and 6 (similarity 0.95) nine, eight and six in ten do.
///
/// Bounded: a ring of `capacity` texts of 24 bytes, and 1 MB of tables. Lives in memory: after a restart, variants of
/// earlier texts are new kinds; equal texts have the hash they had before.
package struct RecentTexts: Sendable {
    /// What a text is taken for.
    package struct Kind: Sendable, Equatable {
        /// The `Fingerprint.hash` of the first text of the kind.
        package var hash: UInt64
        /// How similar the text is to that one, see `SimHash.similarity`: 1 if it is the first, or equal.
        package var similarity: Double

        package init(hash: UInt64, similarity: Double) {
            self.hash = hash
            self.similarity = similarity
        }
    }

    private static let bands = 4

    private let capacity: Int
    private let minimumSimilarity: Double
    private let window: Int64
    private var sketches: [UInt64] = []
    private var hashes: [UInt64] = []
    private var lastSeen: [Int64] = []
    /// For each band and value of it the place of a kind, plus one; 0 is none. May be outdated: what it names is checked.
    private var places = [UInt32](repeating: 0, count: bands << 16)
    /// The place in the ring that is written next.
    private var next = 0

    /// - Parameters:
    ///   - capacity: how many kinds of text are remembered, 1…1,000,000.
    ///   - minimumSimilarity: from which similarity on a text is a variant, 0…1.
    ///   - window: ms after its last variant that a kind is forgotten.
    package init(capacity: Int = 16_384, minimumSimilarity: Double = 0.95, window: Int64 = 24 * 3_600_000) {
        self.capacity = min(max(1, capacity), 1_000_000)
        self.minimumSimilarity = minimumSimilarity
        self.window = window
    }

    /// The kind that the text belongs to: that of the most similar text found, or a new one of its own.
    package mutating func kind(of text: Fingerprint, at time: Int64) -> Kind {
        if let place = nearest(to: text.simHash, at: time) {
            let similarity = SimHash(bits: sketches[place]).similarity(to: text.simHash)
            if similarity >= minimumSimilarity {
                lastSeen[place] = max(lastSeen[place], time)
                index(place)
                return Kind(hash: hashes[place], similarity: similarity)
            }
        }
        remember(text, at: time)
        return Kind(hash: text.hash, similarity: 1)
    }

    private func nearest(to sketch: SimHash, at time: Int64) -> Int? {
        let (start, overflow) = time.subtractingReportingOverflow(window)
        var best: (place: Int, distance: Int)?
        for band in 0..<Self.bands {
            let place = Int(places[Self.slot(of: sketch.bits, band: band)]) - 1
            guard place >= 0 else { continue }
            let distance = SimHash(bits: sketches[place]).distance(to: sketch)
            guard distance < best?.distance ?? .max, overflow || lastSeen[place] > start else { continue }
            best = (place, distance)
        }
        return best?.place
    }

    private mutating func remember(_ text: Fingerprint, at time: Int64) {
        let place = next
        if place == sketches.count {
            sketches.append(text.simHash.bits)
            hashes.append(text.hash)
            lastSeen.append(time)
        } else {
            sketches[place] = text.simHash.bits
            hashes[place] = text.hash
            lastSeen[place] = time
        }
        next = (place + 1) % capacity
        index(place)
    }

    private mutating func index(_ place: Int) {
        for band in 0..<Self.bands { places[Self.slot(of: sketches[place], band: band)] = UInt32(place + 1) }
    }

    /// Where a band of the sketch stands in `places`.
    private static func slot(of sketch: UInt64, band: Int) -> Int {
        band << 16 | Int(sketch >> UInt64(16 * band) & 0xFFFF)
    }
}
