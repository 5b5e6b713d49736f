import Testing

@testable import SentinelRedis

struct QueueTests {
    @Test func `elements leave in the order they came, whatever the mixture`() {
        var queue = Queue<Int>()
        var (next, expected) = (0, 0)
        for round in 0..<3000 {
            for _ in 0..<(round % 7) {
                queue.append(next)
                next += 1
            }
            for _ in 0..<(round % 5) where !queue.isEmpty {
                #expect(queue.first == expected)
                guard queue.popFirst() == expected else { return #expect(Bool(false), "out of order at \(expected)") }
                expected += 1
            }
        }
        #expect(queue.count == next - expected)
        #expect(Array(queue) == Array(expected..<next))
        #expect(queue.removeAll() == Array(expected..<next))
        #expect(queue.isEmpty && queue.popFirst() == nil && queue.first == nil)
    }
}
