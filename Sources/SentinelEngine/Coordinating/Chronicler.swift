import SentinelCore
import SentinelIO
import SentinelRedis

/// Takes judged entries to the ``Activities``, which commits save, a few at a time beside the judging.
///
/// Nothing waits for that but timelines. Who is killed loses what was not noted, `mostUnnoted` entries of timelines at most.
actor Chronicler {
    private let client: RedisClient
    private let keys: Keys
    private let journal: Journal
    private var activities: Activities
    private var unnoted: [LogEntry] = []
    /// Nil while there is nothing to note.
    private var noting: Task<Void, Never>?
    private var failure: RedisError?

    private static let mostUnnoted = 1024
    /// So few that nobody who waits for a block feels it.
    private static let notedAtOnce = 8

    init(_ activities: Activities, client: RedisClient, keys: Keys, journal: Journal) {
        self.activities = activities
        self.client = client
        self.keys = keys
        self.journal = journal
    }

    /// The loop of its client: calls from actors of the same loop change no thread.
    nonisolated var unownedExecutor: UnownedSerialExecutor { client.loop.asUnownedSerialExecutor() }

    /// Whether something is still to be noted or saved.
    var isBehind: Bool { noting != nil || activities.isWaiting }

    /// How long Redis keeps what is written, ms.
    var life: Int64 { activities.life }

    /// Goes by another policy from now on.
    func follow(_ policy: Policy) {
        activities.follow(policy)
    }

    /// Will note these entries. Waits where too many are unnoted; throws what befell earlier ones.
    func add(_ entries: [LogEntry]) async throws(RedisError) {
        if unnoted.count > Self.mostUnnoted { await noting?.value }
        if let failure { throw failure }
        unnoted += entries
        guard noting == nil, !unnoted.isEmpty else { return }
        noting = Task(executorPreference: client.loop) { await self.note() }
    }

    private func note() async {
        while !unnoted.isEmpty, failure == nil {
            let few = Array(unnoted.prefix(Self.notedAtOnce))
            unnoted.removeFirst(few.count)
            do throws(RedisError) {
                try await note(few)
            } catch {
                failure = error
            }
            await client.loop.turn()
        }
        noting = nil
    }

    /// Waits until everything is noted.
    func settle() async {
        await noting?.value
    }

    /// Hands out what is to be saved, see ``Activities/drain(isQuiet:)``.
    func drain(isQuiet: Bool) -> Activities.Changes {
        activities.drain(isQuiet: isQuiet)
    }

    /// Forgets everything: after an error nobody knows what Redis has. Nothing is under way any more afterwards.
    func stop() async {
        unnoted.removeAll()
        await noting?.value
        failure = nil
        activities.removeAll()
    }

    private func note(_ entries: [LogEntry]) async throws(RedisError) {
        let places = entries.map { activities.places(of: $0) }
        let missing = activities.missing(for: places.joined())
        if !missing.isEmpty {
            var pipeline = RedisPipeline()
            activities.request(for: missing, keys, into: &pipeline)
            let unreadable = try activities.accept(try await client.send(pipeline), for: missing)
            if unreadable > 0 { journal.warning("\(unreadable) activities were not readable and start anew") }
        }
        for (entry, places) in zip(entries, places) {
            activities.note(entry, at: places)
            if let subject = entry.forgets { activities.forget(subject) }
        }
    }
}
