extension Parameter {
    /// `--since`: only what happened at or after a time.
    static func since(_ path: Property<Target, TimePoint?>) -> Self {
        .option("since", nil, path, .time, "only from this time on: 2h (ago), a date, ISO 8601")
    }

    /// `--until`: only what happened before a time.
    static func until(_ path: Property<Target, TimePoint?>) -> Self {
        .option("until", nil, path, .time, "only before this time")
    }

    /// `--limit`: how many rows at most.
    static func limit(_ path: Property<Target, Int>) -> Self {
        .option("limit", "l", path, .int(1...100_000), "at most so many, newest first")
    }
}

extension Context {
    /// Says that a list goes on, so that nobody takes a part for the whole.
    func noticeRest(shown: Int, total: Int) {
        if shown < total { notice("the newest \(shown) of \(total); --limit shows more") }
    }

    /// The times that `--since` and `--until` let through, ms since 1970; empty when they exclude each other.
    func range(since: TimePoint?, until: TimePoint?) -> Range<Int64> {
        let start = max(0, since?.milliseconds(now: now) ?? 0)
        let end = until?.milliseconds(now: now) ?? .max
        return start..<max(start, end)
    }
}
