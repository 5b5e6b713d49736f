import Testing

@testable import SentinelCore

struct DetectorTests {
    private let start: Int64 = 1_700_000_000_000

    /// A history whose posts lie the given seconds apart.
    private func history(intervals: [Double]) -> PostHistory {
        var history = PostHistory()
        var time = start
        history.append(at: time)
        for interval in intervals {
            time += Int64(interval * 1000)
            history.append(at: time)
        }
        return history
    }

    /// A history with a post every minute; nil is a post without a fingerprint.
    private func history(hashes: [UInt64?]) -> PostHistory {
        var history = PostHistory()
        for (index, hash) in hashes.enumerated() {
            // Hashes that differ by much stand for texts that do.
            let print = hash.map { Fingerprint(hash: $0, sketch: TextSketch(low: $0, high: $0), letters: 30) }
            history.append(at: start + Int64(index) * 60_000, fingerprint: print)
        }
        return history
    }

    // MARK: First post

    @Test(
        arguments: [(0, true), (60_000, true), (60_001, false), (-60_000, true), (-60_001, false), (86_400_000, false)]
            as [(Int64, Bool)])
    func `a first post within a minute of the account's creation is found`(age: Int64, isFound: Bool) throws {
        let history = history(intervals: [])
        let finding = FirstPost().finding(created: start - age, at: start, in: history)
        #expect((finding != nil) == isFound)
        if let finding { #expect(finding.evidence["account_age_ms"] == .int(max(0, age))) }
    }

    @Test func `a second post, or an unknown creation, is not`() {
        #expect(FirstPost().finding(created: start, at: start + 10_000, in: history(intervals: [10])) == nil)
        #expect(FirstPost().finding(created: nil, at: start, in: history(intervals: [])) == nil)
        #expect(FirstPost().finding(created: .min, at: .max, in: history(intervals: [])) == nil)
    }

    // MARK: Identical posts

    @Test(
        arguments: [
            ([1, 1, 1, 1, 2, 3], true), ([1, 1, 1, 2, 3, 4], false), ([1, 1, 1, 1, 1], false),
            ([1, 1, 1, 1, nil, nil], true),
            ([nil, nil, nil, nil, nil, nil], false), ([1, 1, 1, nil, nil, nil], false), ([1, 2, 1, 2, 1, 2, 1], true),
        ] as [([UInt64?], Bool)])
    func `more than half of six or more posts being one text is found`(hashes: [UInt64?], isFound: Bool) {
        let history = history(hashes: hashes)
        let finding = IdenticalPosts().finding(at: start + 600_000, in: history)
        #expect((finding != nil) == isFound)
    }

    @Test func `posts of long ago are not recent`() {
        let history = history(hashes: [1, 1, 1, 1, 1, 1])
        #expect(IdenticalPosts().finding(at: start + 8 * 86_400_000, in: history) == nil)
    }

    // MARK: Several watches of one rule

    @Test func `all reasons come in one finding`() throws {
        let history = history(hashes: Array(repeating: 5, count: 20))
        let met = [
            (name: "cadence", finding: try #require(Cadence().finding(in: history))),
            (name: "identical", finding: try #require(IdenticalPosts().finding(at: start + 1_200_000, in: history))),
        ]
        let finding = try #require(Finding.joining(met))
        #expect(finding.evidence["reasons"] == .array([.string("cadence"), .string("identical")]))
        #expect(finding.evidence["cadence"]?["cv"] == .double(0))
        #expect(finding.evidence["identical"]?["identical_posts"] == .int(20))
        #expect(finding.evidence["first_event"] == nil)
        #expect(finding.description.contains("; "))
        #expect(Finding.joining([]) == nil)
    }

    @Test func `an unblock wipes the reasons away`() {
        var history = history(hashes: Array(repeating: 5, count: 20))
        history.reset(at: start + 1_200_000)
        #expect(Cadence().finding(in: history) == nil)
        #expect(IdenticalPosts().finding(at: start + 1_200_001, in: history) == nil)
    }

    // MARK: Repetition

    @Test(
        arguments: [
            ([1, 1, 1], true), ([1, 1], false), ([1, 3, 7], true), ([1, nil, 1, nil, 1], true),
            ([1, 1, .max, 1, 1], false),
            ([1, 1, 1, nil], false), ([1, 1, 1, .max], false), ([.max, 0, 0, 0], true), ([], false),
        ] as [([UInt64?], Bool)])
    func `three similar messages in a row are found`(hashes: [UInt64?], isFound: Bool) {
        let finding = Repetition().finding(at: start + 600_000, in: history(hashes: hashes))
        #expect((finding != nil) == isFound)
        if let finding { #expect(finding.evidence["similar_in_a_row"] == .int(3)) }
    }

    @Test func `a row is over after an hour`() {
        #expect(Repetition().finding(at: start + 3_600_000, in: history(hashes: [1, 1, 1])) == nil)
        #expect(Repetition().finding(at: start + 3_599_999, in: history(hashes: [1, 1, 1])) != nil)
    }
}
