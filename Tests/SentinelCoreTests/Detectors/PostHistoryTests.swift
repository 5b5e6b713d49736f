import Testing

@testable import SentinelCore

struct PostHistoryTests {
    private let print = Fingerprint(hash: 7, sketch: TextSketch(low: 9, high: 5), letters: 30)

    @Test func `the last twenty posts are kept and all are counted`() {
        var history = PostHistory()
        for time in Int64(1)...25 { history.append(at: time) }
        #expect(history.total == 25)
        #expect(history.posts.map(\.at) == Array(6...25))
    }

    @Test func `a late post is put where its time says`() {
        var history = PostHistory()
        for time in [10, 30, 20, 5, 30] as [Int64] { history.append(at: time) }
        #expect(history.posts.map(\.at) == [5, 10, 20, 30, 30])
    }

    @Test func `a reset forgets the evidence but not that there was a first post`() {
        var history = PostHistory()
        for time in [10, 20, 30] as [Int64] { history.append(at: time) }
        history.reset(at: 20)
        #expect(history.posts.map(\.at) == [30])
        history.append(at: 15)
        history.append(at: 40)
        #expect(history.posts.map(\.at) == [30, 40])
        #expect(history.total == 5)
        history.reset(at: 5)
        #expect(history.since == 20)
    }

    @Test(
        arguments: [[], [0], [1, 2, 3], [-5, 0, 5], [.min + 1, .max], [1_700_000_000_000, 1_700_000_000_000]]
            as [[Int64]])
    func `what is stored is read back`(times: [Int64]) throws {
        var history = PostHistory()
        for (index, time) in times.enumerated() { history.append(at: time, fingerprint: index % 2 == 0 ? print : nil) }
        history.lastEntry = LogPosition(milliseconds: .max, sequence: 3)
        #expect(try PostHistory(decoding: history.encoded()) == history)
        history.reset(at: 1)
        #expect(try PostHistory(decoding: history.encoded()) == history)
    }

    @Test func `a full history stays small`() {
        var history = PostHistory()
        for index in Int64(0)..<100 { history.append(at: 1_700_000_000_000 + index * 86_400_000, fingerprint: print) }
        #expect(history.encoded().count <= 1_400)
    }

    @Test func `foreign bytes are refused by name`() throws {
        var history = PostHistory()
        history.append(at: 5, fingerprint: print)
        let bytes = history.encoded()
        #expect(throws: StateDecodingError.truncated) { try PostHistory(decoding: []) }
        #expect(throws: StateDecodingError.unknownVersion(9)) { try PostHistory(decoding: [9] + bytes.dropFirst()) }
        #expect(throws: StateDecodingError.malformed("1 bytes too many")) { try PostHistory(decoding: bytes + [0]) }
        for count in 1..<bytes.count {
            #expect(throws: StateDecodingError.truncated) { try PostHistory(decoding: Array(bytes[..<count])) }
        }
    }

    @Test func `more posts than are kept, or posts out of order, are refused`() {
        // Version, total, position (2), reset, count of posts, then times and letters.
        let many: [UInt8] = [4, 0, 0, 0, 0, 21] + Array(repeating: [2, 0], count: 21).flatMap { $0 }
        #expect(throws: StateDecodingError.malformed("21 items where 20 are allowed")) {
            try PostHistory(decoding: many)
        }
        #expect(throws: StateDecodingError.malformed("a post at 1 out of order")) {
            try PostHistory(decoding: [4, 2, 0, 0, 0, 2, 4, 0, 1, 0])
        }
        let long: [UInt8] = [4] + Array(repeating: 0xFF, count: 10) + [1]
        #expect(throws: StateDecodingError.malformed("a number of more than 64 bits")) {
            try PostHistory(decoding: long)
        }
    }

    @Test func `random bytes never trap, and what is read is what is written`() throws {
        var random = SplitMix(seed: 8)
        var whole = PostHistory()
        for time in Int64(0)..<20 { whole.append(at: time * 1_000, fingerprint: print) }
        var read = 0
        for _ in 0..<5_000 {
            var bytes =
                Bool.random(using: &random) ? [4] + random.bytes(0...60, bias: "\0\u{1}\u{2}\u{14}") : whole.encoded()
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let history = try? PostHistory(decoding: bytes) else { continue }
            read += 1
            #expect(history.posts.count <= PostHistory.capacity)
            #expect(try PostHistory(decoding: history.encoded()) == history)
            // Whatever was read, the detectors can work on it.
            _ = FirstPost().finding(created: 0, at: .max, in: history)
            _ = Cadence().finding(in: history)
            _ = IdenticalPosts().finding(at: .max, in: history)
            _ = Repetition().finding(at: .min, in: history)
        }
        #expect(read > 100)
    }
}
