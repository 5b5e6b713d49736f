import Testing

@testable import SentinelCore

struct TextBandStateTests {
    private let hour: Int64 = 3_600_000

    /// A state that can be asked within an expectation.
    private final class Band {
        var state = TextBandState()
        var kinds: [TextBandState.Kind] { state.kinds }

        func note(_ hash: UInt64, at time: Int64, standing: TextBandState.Standing) -> Bool {
            state.note(hash, at: time, standing: standing)
        }
    }

    @Test func `the kind seen longest ago makes room`() {
        let band = Band()
        for kind in UInt64(1)...6 { #expect(band.note(kind, at: Int64(kind), standing: .single)) }
        #expect(band.note(1, at: 7 * hour, standing: .single))
        #expect(band.note(7, at: 8 * hour, standing: .single))
        #expect(band.kinds.map(\.hash) == [1, 3, 4, 5, 6, 7])
    }

    @Test func `a flood of texts pushes no campaign out`() {
        let band = Band()
        #expect(band.note(1, at: 0, standing: .campaign))
        #expect(band.note(2, at: 0, standing: .shared))
        for kind in UInt64(10)..<1_000 { _ = band.note(kind, at: Int64(kind), standing: .single) }
        #expect(band.kinds.map(\.hash) == [1, 2, 996, 997, 998, 999])
        for kind in UInt64(1_000)..<1_010 { _ = band.note(kind, at: Int64(kind), standing: .campaign) }
        #expect(!band.note(5, at: 5_000, standing: .single))
        #expect(band.kinds.count == TextBandState.capacity)
    }

    @Test func `what was noted lately is not stored again`() {
        let band = Band()
        #expect(band.note(1, at: 0, standing: .single))
        #expect(!band.note(1, at: 5 * hour, standing: .single))
        #expect(band.note(1, at: 5 * hour, standing: .shared))
        #expect(!band.note(1, at: 4 * hour, standing: .shared))
        #expect(band.note(1, at: 11 * hour, standing: .shared))
        #expect(band.kinds[0].last == 11 * hour)
    }

    @Test func `what is stored is read back, and foreign bytes are refused by name`() throws {
        var band = TextBandState()
        #expect(try TextBandState(decoding: band.encoded()) == band)
        for (place, time) in [5, -3, .max, 1_700_000_000_000].enumerated() as EnumeratedSequence<[Int64]> {
            _ = band.note(UInt64(place), at: time, standing: place == 2 ? .campaign : .single)
        }
        #expect(try TextBandState(decoding: band.encoded()) == band)
        #expect(throws: StateDecodingError.unknownVersion(0)) { try TextBandState(decoding: [0]) }
        #expect(throws: StateDecodingError.malformed("7 items where 6 are allowed")) {
            try TextBandState(decoding: [1, 7])
        }
        let kind: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0]
        #expect(throws: StateDecodingError.malformed("a kind of text twice")) {
            try TextBandState(decoding: [1, 2] + kind + kind)
        }
        #expect(throws: StateDecodingError.malformed("a standing of 3")) {
            try TextBandState(decoding: [1, 1] + kind.dropLast() + [3])
        }
    }

    @Test func `random bytes never trap, and what is read is what is written`() throws {
        var random = SplitMix(seed: 10)
        var read = 0
        for _ in 0..<5_000 {
            let count = UInt8.random(in: 0...6, using: &random)
            var bytes: [UInt8] = [1, count]
            for _ in 0..<count { bytes += (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) } + [2, 1] }
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard var band = try? TextBandState(decoding: bytes) else { continue }
            read += 1
            #expect(try TextBandState(decoding: band.encoded()) == band)
            _ = band.note(random.next(), at: Int64(bitPattern: random.next()), standing: .shared)
        }
        #expect(read > 100)
    }
}
