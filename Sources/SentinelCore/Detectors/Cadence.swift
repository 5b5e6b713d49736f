/// Posts like clockwork: the coefficient of variation of the intervals between a user's recent posts.
///
/// CV = standard deviation ÷ mean (of the population). Waiting times of people scatter widely: a CV of 1 is what a
/// Poisson process has, and their bursts lie above it; a timer stays near 0. A timer that skips runs does not: see
/// `MachineRhythm`.
package struct Cadence: Sendable {
    package struct Parameters: Sendable, Equatable {
        /// Suspicious below this CV.
        package var maximumVariation = 0.1
        /// How many intervals between occasions are needed. Fewer are too easily regular by chance.
        package var minimumIntervals = 9
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
        guard intervals.count >= max(1, parameters.minimumIntervals) else { return nil }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
        let variation = variance.squareRoot() / mean
        guard variation < parameters.maximumVariation else { return nil }
        let shown = (variation * 1000).rounded() / 1000
        return Finding(
            rule: "bot_behavior",
            description: "posts every \((mean / 100).rounded() / 10) s with a variation of only \(shown)",
            evidence: .object([
                .init("cv", .double(shown)),
                .init("maximum_cv", .double(parameters.maximumVariation)),
                .init("mean_interval_ms", .int(Int64(min(mean, 1e18)))),
                .init("intervals", .int(Int64(intervals.count))),
            ])
        )
    }
}
