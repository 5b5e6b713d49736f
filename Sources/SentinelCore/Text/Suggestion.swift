/// "Did you mean …": the nearest of the words that would have been right.
package enum Suggestion {
    /// The candidate with the fewest typing errors, if they are few for its length (a third, at least one).
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        // A mistyped word is short; a long one is not worth its quadratic cost.
        guard (1...40).contains(word.utf8.count) else { return nil }
        let best =
            candidates
            .map { (candidate: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
            .min { $0.distance < $1.distance }
        guard let best, best.distance <= max(1, best.candidate.utf8.count / 3) else { return nil }
        return best.candidate
    }

    /// Damerau–Levenshtein in its restricted form (optimal string alignment): insertions, deletions, substitutions and
    /// swaps of neighbours cost one each.
    package static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var current = [i + 1]
            current.reserveCapacity(right.count + 1)
            for (j, b) in right.enumerated() {
                var cost = min(last[j + 1] + 1, current[j] + 1, last[j] + (a == b ? 0 : 1))
                if i > 0, j > 0, a == right[j - 1], left[i - 1] == b {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
