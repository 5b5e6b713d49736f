/// Counts how many pairs of points on a circle, such as times of an hour or of a day, lie close together.
///
/// The circle is cut into slots; two points are close if theirs are at most `reach` slots apart. Of points at random the
/// share (2 × `reach` + 1) ÷ `slots` of the pairs is close. Linear in the number of points and of slots.
enum CircularPairs {
    /// - Parameters:
    ///   - points: each in the slot of its value, 0..<`slots`. At most 256, so that 16 bits hold twice the number of pairs:
    ///     the narrower, the more slots the processor takes at a time, and this runs at every event.
    ///   - slots: more than twice `reach`, so that no slot is its own neighbour.
    @inline(__always)
    static func close(_ points: [Int32], slots: Int, reach: Int) -> Int {
        // The beginning of the circle is there again behind its end.
        var counts = [UInt16](repeating: 0, count: slots + reach)
        var twice: UInt16 = 0
        counts.withUnsafeMutableBufferPointer { counts in
            for point in points { counts[Int(point)] &+= 1 }
            for slot in 0..<reach { counts[slots &+ slot] = counts[slot] }
            for slot in 0..<slots {
                var next: UInt16 = 0
                for step in 1...reach { next &+= counts[slot &+ step] }
                twice &+= counts[slot] &* (counts[slot] &- 1 &+ 2 &* next)
            }
        }
        return Int(twice / 2)
    }
}
