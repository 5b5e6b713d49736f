/// Posts like clockwork: the coefficient of variation of the intervals between a user's recent posts.
///
/// CV = standard deviation ÷ mean (of the population). Waiting times of people scatter widely: a CV of 1 is what a
/// Poisson process has, and their bursts lie above it; a timer stays near 0.
/// Posts that follow each other within `batchGap` are one occasion: several posts of one click, paste or push. Without
/// that, a batch of a post a second would be a perfect clock, and a timer that posts in pairs would hide.
package struct Cadence: Sendable {
    package struct Parameters: Sendable, Equatable {
        /// Suspicious below this CV.
        package var maximumVariation = 0.1
        /// How many intervals between occasions are needed. Fewer are too easily regular by chance.
        package var minimumIntervals = 9
        /// Posts that follow the one before within this many ms belong to its occasion.
        package var batchGap: Int64 = 2_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    /// Judges the recent posts, the present one among them.
    package func finding(in history: PostHistory) -> Finding? {
        var intervals: [Double] = []
        intervals.reserveCapacity(PostHistory.capacity)
        guard var occasion = history.posts.first?.at, var before = history.posts.first?.at else { return nil }
        for post in history.posts.dropFirst() {
            if Double(post.at) - Double(before) > Double(parameters.batchGap) {
                intervals.append(Double(post.at) - Double(occasion))
                occasion = post.at
            }
            before = post.at
        }
        guard intervals.count >= max(1, parameters.minimumIntervals) else { return nil }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
        let variation = variance.squareRoot() / mean
        guard variation < parameters.maximumVariation else { return nil }
        return Finding(
            rule: BotBehavior.rule,
            description:
                "posts every \(rounded(mean / 1000, 10)) s with a variation of only \(rounded(variation, 1000))",
            evidence: .object([
                .init("cv", .double(rounded(variation, 1000))),
                .init("maximum_cv", .double(parameters.maximumVariation)),
                .init("mean_interval_ms", .int(Int64(min(mean, 1e18)))),
                .init("intervals", .int(Int64(intervals.count))),
            ])
        )
    }

    private func rounded(_ value: Double, _ steps: Double) -> Double {
        (value * steps).rounded() / steps
    }
}
