import SentinelRedis

/// A trouble with Redis that lasts: the journal hears of it once, not at every try.
struct Complaint {
    private var said: String?

    mutating func say(_ error: RedisError, _ what: String, to journal: Journal) {
        // Whoever is cancelled has no trouble.
        guard !Task.isCancelled, said != error.message else { return }
        said = error.message
        journal.warning("\(what): \(error)")
    }

    /// The next one is said again.
    mutating func hasPassed() { said = nil }
}
