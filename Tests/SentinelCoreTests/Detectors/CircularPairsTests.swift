import Testing

@testable import SentinelCore

struct CircularPairsTests {
    private func closeOfTen(_ points: [Int32]) -> Int {
        CircularPairs.close(points, slots: 10, reach: 2) { $0 }
    }

    @Test func `points are close up to the reach, around the end of the circle too`() {
        // 0 and 2, 0 and 9; 2 and 9 are three apart, 5 is far from all.
        #expect(closeOfTen([0, 2, 5, 9]) == 2)
        // Once more 0 and 9, and the two nines.
        #expect(closeOfTen([0, 2, 5, 9, 9]) == 4)
        #expect(closeOfTen([]) == 0)
    }

    @Test(arguments: 0..<20)
    func `as many are close as by comparing all`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let reach = Int.random(in: 1...3, using: &random)
        let slots = Int.random(in: 8...60, using: &random)
        let points = (0..<128).map { _ in Int.random(in: 0..<slots, using: &random) }
        var close = 0
        for (index, point) in points.enumerated() {
            for other in points[..<index] {
                let distance = abs(point - other)
                if min(distance, slots - distance) <= reach { close += 1 }
            }
        }
        let counted = CircularPairs.close(points.map { Int32($0) }, slots: slots, reach: reach) { $0 }
        #expect(counted == close)
    }
}
