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
