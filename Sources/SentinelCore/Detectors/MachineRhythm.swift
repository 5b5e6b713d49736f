import Glibc

/// Posts at intervals that keep coming back: the entropy of the intervals between a user's recent posts.
///
/// Finds the timers that `Cadence` misses, because they jitter or skip runs: their intervals are few values and multiples
/// of them, whereas those of people spread over many orders of magnitude. Entropy as the measure: Gianvecchio, Xie, Wu,
/// Wang, "Measurement and classification of humans and bots in Internet chat", USENIX Security 2008. Here it is Shannon's,
/// of the histogram of the intervals in bins a quarter wide (logarithmic), divided by the logarithm of their number:
/// 0 is one interval for ever, 1 is never the same twice. Of two histograms, shifted by half a bin, the lower counts,
/// so that no timer hides on the border of two bins.
///
/// A rule of its own, weaker than `bot_behavior`: people who post on the hour exist.
package struct MachineRhythm: Sendable {
    package static let rule = "machine_rhythm"

    package struct Parameters: Sendable, Equatable {
        /// Suspicious up to this entropy, 0…1.
        package var maximumEntropy = 0.5
        /// How many intervals between occasions are needed.
        package var minimumIntervals = 15
        /// Posts that follow the one before within this many ms belong to its occasion, see `PostHistory.intervals`.
        package var batchGap: Int64 = 2_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the recent posts, the present one among them.
    package func finding(in history: PostHistory) -> Finding? {
        let intervals = history.intervals(batchGap: parameters.batchGap)
        guard intervals.count >= max(2, parameters.minimumIntervals) else { return nil }
        let places = intervals.map { log(max($0, 1)) / log(1.25) }
        let entropy = min(Self.entropy(places, shift: 0), Self.entropy(places, shift: 0.5))
        guard entropy <= parameters.maximumEntropy else { return nil }
        let shown = (entropy * 1000).rounded() / 1000
        return Finding(
            rule: Self.rule,
            description: "the last \(intervals.count) intervals between posts repeat (entropy \(shown) of 1)",
            evidence: .object([
                .init("entropy", .double(shown)),
                .init("maximum_entropy", .double(parameters.maximumEntropy)),
                .init("median_interval_ms", .int(Int64(min(intervals.sorted()[intervals.count / 2], 1e18)))),
                .init("intervals", .int(Int64(intervals.count))),
            ])
        )
    }

    /// The normalised entropy, 0…1, of at least two places on a line of bins one wide, which `shift` moves.
    private static func entropy(_ places: [Double], shift: Double) -> Double {
        let bins = places.map { ($0 + shift).rounded(.down) }.sorted()
        let total = Double(bins.count)
        var entropy = 0.0
        var start = 0
        while start < bins.count {
            let end = bins[start...].firstIndex { $0 != bins[start] } ?? bins.count
            let share = Double(end - start) / total
            entropy -= share * log(share)
            start = end
        }
        return entropy / log(total)
    }
}
