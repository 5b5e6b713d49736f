import Testing

@testable import SentinelCore

struct PostTimesTests {
    private func times(_ times: [Int64]) -> PostTimes {
        var all = PostTimes()
        for time in times { all.append(time) }
        return all
    }

    private func stored(_ times: PostTimes) throws -> PostTimes {
        var writer = StateWriter(version: 1, capacity: 0)
        times.write(to: &writer)
        var reader = try StateReader(writer.bytes, version: 1)
        let read = try PostTimes(from: &reader)
        try reader.finish()
        return read
    }

    @Test func `posts that follow one another within two seconds are one occasion`() {
        let all = times([0, 2_000, 4_000, 6_001, 6_001, 10_000])
        #expect(all.occasions.map(\.first) == [0, 6_001, 10_000])
        #expect(all.occasions.map(\.last) == [4_000, 6_001, 10_000])
        #expect(all.occasions.map(\.posts) == [3, 2, 1])
        #expect(all.intervals == [3_999, 6_001])
    }

    @Test func `a late post joins the occasions on both sides of it`() {
        #expect(times([0, 3_000, 1_500]).occasions.map(\.last) == [3_000])
        #expect(times([0, 0, 3_000, 3_500, 1_500]).occasions.map(\.posts) == [5])
        #expect(times([5_000, 3_500]).occasions.map(\.first) == [3_500])
    }

    @Test func `a batch costs one place, and the oldest of too many occasions is forgotten`() {
        var all = PostTimes()
        for minute in Int64(1)...200 {
            for second in Int64(0)..<20 { all.append(minute * 60_000 + second * 1_000) }
        }
        #expect(all.occasions.count == 128)
        #expect(all.occasions[0].first == 73 * 60_000)
        #expect(all.intervals == Array(repeating: 60_000, count: 127))
    }

    @Test func `posts of an occasion are counted up to 255`() throws {
        let all = times(Array(repeating: 0, count: 1_000) + [9_000])
        #expect(all.occasions.map(\.posts) == [255, 1])
        #expect(try stored(all) == all)
    }

    @Test(arguments: [(0, 0), (1, 0), (256, 0), (1, 1)] as [(UInt64, UInt64)])
    func `an occasion of impossibly many posts is refused`(posts: UInt64, duration: UInt64) throws {
        var writer = StateWriter(version: 1, capacity: 0)
        writer.varint(1)
        writer.signed(5_000)
        writer.varint(duration)
        writer.varint(posts)
        var reader = try StateReader(writer.bytes, version: 1)
        if (posts, duration) == (1, 0) {
            #expect(try PostTimes(from: &reader) == times([5_000]))
        } else {
            #expect(throws: StateDecodingError.self) { try PostTimes(from: &reader) }
        }
    }

    @Test func `what is forgotten leaves the rest of an occasion`() {
        var all = times([0, 10_000, 11_000, 12_000, 20_000])
        all.forget(upTo: 11_500)
        #expect(all.occasions.map(\.first) == [12_000, 20_000])
        #expect(all.occasions.map(\.posts) == [1, 1])
        #expect(all.intervals == [8_000])
        all.forget(upTo: 20_000)
        #expect(all == PostTimes())
    }

    @Test(arguments: 0..<20)
    func `the order of the posts makes no difference, nor does storing in between`(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let some = (0..<100).map { _ in Int64.random(in: -200_000...200_000, using: &random) }
        let expected = times(some.sorted())
        var all = PostTimes()
        for time in some.shuffled(using: &random) {
            all.append(time)
            if Int.random(in: 0..<4, using: &random) == 0 { all = try stored(all) }
            #expect(all.intervals == zip(all.occasions, all.occasions.dropFirst()).map { $1.first - $0.first }.sorted())
        }
        #expect(all == expected)
    }

    @Test func `no time traps`() throws {
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max, .min / 2, .max / 2]
        for seed in UInt64(0)..<12 {
            var random = SplitMix(seed: seed)
            var all = PostTimes()
            for _ in 0..<300 {
                let isExtreme = Bool.random(using: &random)
                all.append(
                    isExtreme
                        ? extremes.randomElement(using: &random)! : Int64.random(in: .min ... .max, using: &random))
            }
            #expect(all.occasions.count == 128)
            #expect(try stored(all) == all)
            let rhythm = Rhythm(of: all)
            #expect((0...1).contains(rhythm.intervalAgreement) && (0...1).contains(rhythm.minuteAgreement))
            all.forget(upTo: extremes.randomElement(using: &random)!)
            _ = Rhythm(of: all)
        }
    }
}
