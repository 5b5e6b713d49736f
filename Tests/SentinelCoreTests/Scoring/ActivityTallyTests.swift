import Testing

@testable import SentinelCore

struct ActivityTallyTests {
    private static let day: Int64 = 86_400_000

    @Test func `messages are counted by the day, refused ones among them`() {
        var tally = ActivityTally()
        for hour in Int64(0)..<36 { tally.add(at: hour * 3_600_000, isRefused: hour >= 30) }
        #expect(
            tally.days == [
                .init(number: 0, messages: 24, refused: 0), .init(number: 1, messages: 12, refused: 6),
            ])
        let totals = tally.totals(at: 2 * Self.day - 1)
        #expect(totals == .init(messages: 36, refused: 6, days: 2))
        #expect(totals.perDay == 18)
        #expect(totals.refusedShare == 6.0 / 36)
        // Days without a message count as days, until the first is a week ago.
        #expect(tally.totals(at: 5 * Self.day).days == 6)
        #expect(tally.totals(at: 7 * Self.day) == .init(messages: 12, refused: 6, days: 7))
        #expect(tally.totals(at: 30 * Self.day) == .init(messages: 0, refused: 0, days: 1))
    }

    @Test func `a message that comes late is counted on its day, or not at all if that is forgotten`() {
        var tally = ActivityTally()
        for number in [9, 3, 5, 3, -1] as [Int64] { tally.add(at: number * Self.day, isRefused: false) }
        #expect(tally.days.map(\.number) == [-1, 3, 5, 9])
        #expect(tally.days.map(\.messages) == [1, 2, 1, 1])
        for number in Int64(20)..<27 { tally.add(at: number * Self.day, isRefused: false) }
        #expect(tally.days.map(\.number) == Array(20..<27))
        tally.add(at: 19 * Self.day, isRefused: false)
        #expect(tally.days.map(\.number) == Array(20..<27))
    }

    @Test func `what is stored is read back, and is small`() throws {
        var random = SplitMix(seed: 3)
        for _ in 0..<200 {
            var history = PostHistory()
            for _ in 0..<Int.random(in: 0..<60, using: &random) {
                let time =
                    Bool.random(using: &random)
                    ? Int64.random(in: .min ... .max, using: &random)
                    : Int64.random(in: 0..<20 * Self.day, using: &random)
                history.tally.add(at: time, isRefused: Bool.random(using: &random))
            }
            let bytes = history.encoded()
            #expect(bytes.count <= 10 + 120)
            #expect(try PostHistory(decoding: bytes) == history)
        }
    }
}
