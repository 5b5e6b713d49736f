/// Counts how many pairs of points on a circle, such as times of an hour or of a day, lie close together.
///
/// The circle is cut into slots; two points are close if theirs are at most `reach` slots apart. Of points at random the
/// share (2 × `reach` + 1) ÷ `slots` of the pairs is close. Linear in the number of points and of slots.
enum CircularPairs {
    /// - Parameters:
    ///   - points: at most 255, so that a byte holds how many are in a slot.
    ///   - slots: more than twice `reach`, so that no slot is its own neighbour.
    ///   - slot: of a point, 0..<`slots`.
    @inline(__always)
    static func close(_ points: [Int32], slots: Int, reach: Int, slot: (Int32) -> Int32) -> Int {
        // Both ends of the circle are there twice, so that no step has to wrap around. This runs at every event, hence the
        // memory without checks and the sums without overflow.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: slots + 2 * reach) { counts in
            counts.initialize(repeating: 0)
            var close = 0
            for point in points {
                let slot = Int(slot(point))
                var step = 0
                while step <= 2 &* reach {
                    close &+= Int(counts[slot &+ step])
                    step &+= 1
                }
                counts[slot &+ reach] &+= 1
                if slot < reach { counts[slot &+ reach &+ slots] &+= 1 }
                if slot >= slots - reach { counts[slot &+ reach &- slots] &+= 1 }
            }
            return close
        }
    }
}
