/// How long to wait before the next try: twice as long each time up to a limit, and spread, so that many clients of
/// one broken server do not all come back at once.
package struct Backoff: Equatable, Sendable {
    /// The longest wait before the second try.
    package var initial: Duration
    /// The longest wait ever.
    package var limit: Duration

    package init(initial: Duration = .milliseconds(20), limit: Duration = .seconds(2)) {
        self.initial = initial
        self.limit = limit
    }

    /// The wait after so many failed tries (1 or more): between half and the whole of `initial` × 2^(failures − 1),
    /// at most `limit`. `randomness` from 0 to 1 chooses the point between.
    package func delay(afterFailures failures: Int, randomness: Double) -> Duration {
        // 2^30 times the smallest useful wait is beyond any limit; more would only overflow.
        let longest = min(limit, initial * (1 << (min(max(failures, 1), 31) - 1)))
        return longest / 2 + longest / 2 * min(max(randomness, 0), 1)
    }
}
