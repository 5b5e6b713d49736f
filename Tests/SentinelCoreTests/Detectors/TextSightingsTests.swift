import Testing

@testable import SentinelCore

struct TextSightingsTests {
    private let day: Int64 = 24 * 3_600_000

    private let text = Fingerprint(hash: 3, sketch: TextSketch(low: 1, high: 2), letters: 30)

    private func sighting(_ number: Int, _ time: Int64) -> TextSightings.Sighting {
        .init(author: id(number), at: time)
    }

    private func id(_ number: Int) -> [UInt8] {
        Array("user-\(number)".utf8)
    }

    @Test func `an author counts once and all sightings are counted`() {
        var sightings = TextSightings()
        for time in Int64(0)..<5 { sightings.add(sighting(1, time), window: day) }
        sightings.add(sighting(2, 5), window: day)
        #expect(sightings.count == 6)
        #expect(sightings.authors.map(\.id) == [id(1), id(2)])
        #expect(sightings.authors[0].last == 4)
        #expect(sightings.others(than: id(1), at: 5, window: day).map(\.id) == [id(2)])
    }

    @Test func `an author counts until the window has passed`() {
        var sightings = TextSightings()
        sightings.add(sighting(1, 0), window: day)
        #expect(sightings.others(than: id(2), at: day - 1, window: day).count == 1)
        #expect(sightings.others(than: id(2), at: day, window: day).isEmpty)
        sightings.add(sighting(2, day), window: day)
        #expect(sightings.authors.map(\.id) == [id(2)])
    }

    @Test func `there are never more authors than fit, and few by name`() {
        var sightings = TextSightings()
        for number in 0..<1_000 { sightings.add(sighting(number, Int64(number)), window: day) }
        #expect(sightings.authors.count == TextSightings.capacity)
        #expect(sightings.authors.map(\.last) == Array(936..<1_000))
        #expect(sightings.authors.count { $0.id != nil } <= TextSightings.namedAuthors)
        sightings.add(.init(author: [], at: 1_000), window: day)
        sightings.add(.init(author: Array(repeating: 0x41, count: 100_000), at: 1_000), window: day)
        #expect(sightings.encoded().count < 3_500)
    }

    @Test func `what is stored is read back`() throws {
        var sightings = TextSightings()
        #expect(try TextSightings(decoding: sightings.encoded()) == sightings)
        for (number, time) in [5, -3, .max, 1_700_000_000_000, 0, 8, 9].enumerated() as EnumeratedSequence<[Int64]> {
            sightings.add(sighting(number, time), window: .max)
        }
        sightings.lastEntry = LogPosition(milliseconds: 1_700_000_000_000, sequence: .max)
        #expect(try TextSightings(decoding: sightings.encoded()) == sightings)
        sightings.begin(with: text)
        sightings.add(.init(author: id(1), at: 5, isClose: false, isNewcomer: false), window: day)
        sightings.form(at: LogPosition(milliseconds: 9, sequence: 9))
        #expect(try TextSightings(decoding: sightings.encoded()) == sightings)
    }

    @Test func `foreign bytes are refused by name`() {
        #expect(throws: StateDecodingError.unknownVersion(0)) { try TextSightings(decoding: [0]) }
        #expect(throws: StateDecodingError.malformed("65 items where 64 are allowed")) {
            try TextSightings(decoding: [2, 0, 0, 0, 0, 0, 0, 65])
        }
        // Hash, time, marks, posts, length of the id.
        let author: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1, 0]
        #expect(throws: StateDecodingError.malformed("an author twice")) {
            try TextSightings(decoding: [2, 0, 0, 0, 0, 0, 0, 2] + author + author)
        }
        #expect(throws: StateDecodingError.malformed("289 items where 288 are allowed")) {
            try TextSightings(decoding: [2, 0, 0, 0, 0, 0, 0, 1] + author.dropLast() + [0xA1, 2])
        }
    }

    @Test func `random bytes never trap, and what is read is what is written`() throws {
        var random = SplitMix(seed: 9)
        var whole = TextSightings()
        for number in 0..<8 { whole.add(sighting(number, Int64(number)), window: day) }
        var read = 0
        for _ in 0..<5_000 {
            var bytes = Bool.random(using: &random) ? [2] + random.bytes(0...60, bias: "\0\u{1}\u{2}") : whole.encoded()
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard var sightings = try? TextSightings(decoding: bytes) else { continue }
            read += 1
            #expect(try TextSightings(decoding: sightings.encoded()) == sightings)
            sightings.add(sighting(1, Int64(bitPattern: random.next())), window: day)
            _ = sightings.others(than: id(2), at: Int64(bitPattern: random.next()), window: day)
        }
        #expect(read > 100)
    }
}
