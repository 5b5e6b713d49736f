import SentinelCore
import SentinelEngine
import Testing

struct PieceTests {
    @Test func `a piece ends before somebody acts again more than a minute later`() {
        let events = [
            event(0, "ada"), event(1000, "bob"), event(60_000, "ada"), event(61_001, "cyd"), event(61_001, "bob"),
            event(61_002, "ada"),
        ]
        #expect(pieces(events) == [4, 2])
    }

    @Test func `addresses count like users`() {
        let events = [
            event(0, "ada", "10.0.0.1"), event(70_000, "bob", "10.0.0.2"), event(70_000, nil, "10.0.0.1"),
            event(140_000, "cyd", "10.0.0.2"),
        ]
        #expect(pieces(events) == [2, 2])
    }

    @Test func `many who act but once make pieces of the largest size`() {
        let events = (0..<450).map { event(Int64($0) * 3_600_000, "user\($0)") }
        #expect(pieces(events) == [200, 200, 50])
    }

    @Test func `nonsense times do not trap, and every piece has an event`() {
        let events = [event(.min, "ada"), event(0, "ada"), event(nil, "ada"), event(.max, "ada"), event(.min, "ada")]
        #expect(pieces(events).reduce(0, +) == events.count)
        #expect(pieces(events).min() ?? 0 > 0)
    }

    private func pieces(_ events: [Event]) -> [Int] {
        var rest = events[...]
        var counts: [Int] = []
        while !rest.isEmpty {
            let piece = Replayer.nextPiece(of: rest)
            counts.append(piece.count)
            rest = rest.dropFirst(max(1, piece.count))
        }
        return counts
    }

    private func event(_ at: Int64?, _ user: String?, _ ip: String? = nil) -> Event {
        Event(at: at, kind: "content", user: user.map { Array($0.utf8) }, ip: ip.map { Array($0.utf8) })
    }
}
