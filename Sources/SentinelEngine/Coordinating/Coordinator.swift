package import SentinelCore
package import SentinelIO
package import SentinelRedis

/// Reads one partition's event log, finds abuse, and raises it.
///
/// It owns the partition by a lease. Batch by batch: read, fetch the missing histories (at most two round trips), judge every entry
/// without waiting, raise the flags, commit. The commit saves the changed histories and moves the cursor in one atomic,
/// fenced call; so a coordinator that dies anywhere leaves the log at the last commit, and whoever comes next judges
/// the same entries from the same histories to the same flags, which `sentinel_raise` counts once.
package actor Coordinator {
    package struct Configuration: Sendable {
        package var keys: Keys
        /// For a Redis that has no policy; else the one that it runs holds.
        package var policy: PolicyDocument
        /// Unique per process: two that share a name would share a lease.
        package var owner: String
        /// A dead owner's partition is taken over after this long.
        package var leaseTime: Duration = .seconds(3)
        /// Log entries that are judged at once, and at most between two commits.
        package var batch = 256
        /// From the first judged entry to the commit, while more come: a commit costs Redis much the same for one as for ten.
        package var commitTime: Duration = .milliseconds(10)
        /// How many users' and how many texts' histories are held in memory.
        package var cachedHistories = 50_000
        package var instruments = Instruments()

        package init(keys: Keys, policy: PolicyDocument, owner: String) {
            self.keys = keys
            self.policy = policy
            self.owner = owner
        }
    }

    private let configuration: Configuration
    private let journal: Journal
    private let loop: EventLoop
    private let log: EventLog
    private let client: RedisClient
    private let library: LibraryLoader
    private var detection: Detection
    /// What it goes by, and the hash that Redis knows it by; nil before the first.
    private var document: PolicyDocument
    private var hash: String?
    /// The policy of Redis' last reply.
    private var seenHash: String?
    /// Of which unreadable policy the journal has heard.
    private var saidHash: String?
    private var histories: Histories
    private let chronicler: Chronicler
    private var suspicions = Suspicions()
    private var scorer: Scorer
    /// From before the lease is asked for: who is cancelled while it asks never hears that it got it.
    private var mayHoldLease = false
    /// The commit under way. The next entries are judged meanwhile: what it saves was taken when it began, and later requests reach
    /// Redis after it.
    private var committing: RedisReplies?
    /// Of which lease the journal has heard.
    private var saidEpoch: Int64 = 0

    /// - Parameters:
    ///   - redis: where; two connections are made, one of them waits in `XREAD`.
    ///   - loop: everything runs on it, connections included.
    package init(_ configuration: Configuration, redis: RedisConfiguration, on loop: EventLoop, journal: Journal) {
        self.configuration = configuration
        self.journal = journal
        self.loop = loop
        log = EventLog(client: RedisClient(redis, on: loop), keys: configuration.keys)
        var asking = redis
        asking.onReply = configuration.instruments.redis("coordinator")
        client = RedisClient(asking, on: loop)
        library = LibraryLoader(client: client, keys: configuration.keys)
        document = configuration.policy
        detection = Detection(policy: configuration.policy.policy)
        scorer = Scorer(policy: configuration.policy.policy)
        histories = Histories(
            keys: configuration.keys, capacity: configuration.cachedHistories, batch: configuration.batch)
        let activities = Activities(
            policy: configuration.policy.policy, capacity: 2 * configuration.cachedHistories,
            batch: configuration.batch)
        chronicler = Chronicler(activities, client: client, keys: configuration.keys, journal: journal)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Works until the task is cancelled, through every failure of Redis; then gives the lease back.
    ///
    /// Throws what waiting cannot mend: `notSupported` when Redis runs a newer function library than this build's.
    package func run() async throws(RedisError) {
        try await withTaskExecutorPreference(loop) { () async throws(RedisError) in try await work() }
    }

    private func work() async throws(RedisError) {
        var failures = 0
        var end: RedisError?
        while !Task.isCancelled, end == nil {
            do throws(RedisError) {
                // The first batch after a failure is smaller: what was too much for one lease comes through in parts.
                let batch = max(1, configuration.batch >> min(failures, 9))
                try await own(firstBatch: batch) { failures = 0 }
            } catch {
                // Nobody reads the cursor while it may still move.
                _ = try? await committing?.all()
                committing = nil
                histories.removeAll()
                await chronicler.stop()
                suspicions.removeAll()
                if Task.isCancelled { break }
                if error.code == .notSupported {
                    end = error
                    continue
                }
                failures += 1
                journal.warning("coordinator \(configuration.keys.prefix): \(error)")
                let delay = Backoff(initial: .milliseconds(50), limit: .seconds(2))
                    .delay(afterFailures: failures, randomness: .random(in: 0...1))
                try? await loop.sleep(for: delay)
            }
        }
        await chronicler.stop()
        if mayHoldLease {
            // In a task of its own, for this one may be cancelled.
            await Task { _ = try? await self.lease(release: true) }.value
        }
        await log.client.close()
        await client.close()
        if let end { throw end }
    }

    /// Takes the lease, if it is free, and works until something goes wrong or the task is cancelled.
    private func own(firstBatch: Int, onProgress: () -> Void) async throws(RedisError) {
        // A Redis that came back empty has no library either.
        try await followPolicy()
        guard hash != nil, let epoch = try await lease() else {
            mayHoldLease = false
            onProgress()
            try? await loop.sleep(for: configuration.leaseTime / 6)
            return
        }
        if epoch != saidEpoch {
            saidEpoch = epoch
            journal.info(
                "coordinator \(configuration.keys.prefix): \(configuration.owner) took the lease, epoch \(epoch)")
        }
        let clock = ContinuousClock()
        var renewal = clock.now + configuration.leaseTime / 3
        var cursor = try await log.cursor()
        var count = firstBatch
        var work = Uncommitted()
        var batch = try await log.entries(after: cursor, count: count, patience: patience)
        while !Task.isCancelled {
            if let last = batch.last {
                cursor = last
                if work.isEmpty { work.since = clock.now }
                try await judge(batch, epoch: epoch, &work)
            }
            let isAtRest = batch.last == nil
            let left = clock.now.duration(to: work.since + configuration.commitTime)
            let isDue = isAtRest || work.entries >= count || left <= .zero
            let isBehind = await chronicler.isBehind
            if isDue { try await finishCommit(onProgress) }
            if isDue, !work.isEmpty || isAtRest && isBehind {
                // Where little comes timelines are saved with the cursor; nobody waits for more than a few entries.
                let isQuiet = isAtRest || work.isSmall
                if isQuiet { await chronicler.settle() }
                await beginCommit(work, cursor: cursor, epoch: epoch, isQuiet: isQuiet)
                work = Uncommitted()
                count = min(2 * count, configuration.batch)
            }
            let isIdle = work.isEmpty && committing == nil && !isBehind
            batch = try await log.entries(
                after: cursor, count: count - work.entries,
                patience: isIdle ? patience : work.isEmpty ? configuration.commitTime : left)
            guard work.isEmpty else { continue }
            if seenHash != hash { try await followPolicy() }
            if clock.now >= renewal {
                try await renew(epoch)
                renewal = clock.now + configuration.leaseTime / 3
                onProgress()
            }
        }
        try await finishCommit(onProgress)
    }

    /// How long a reading waits for the first entry when nothing else is to be done.
    private var patience: Duration { configuration.leaseTime / 6 }

    /// What was judged since the last commit, besides the histories.
    private struct Uncommitted {
        /// Up to so many entries are few.
        private static let few = 32

        var counts = BatchCounts()
        /// Log entries that were read.
        var entries = 0
        /// When the first of them was there.
        var since = ContinuousClock.now

        var isEmpty: Bool { entries == 0 }
        var isSmall: Bool { entries <= Self.few }
    }

    private func renew(_ epoch: Int64) async throws(RedisError) {
        guard try await lease() == epoch else {
            throw RedisError(.server("FENCED"), "the lease is over, or another coordinator has it")
        }
        if let info = try await library.info(), info.version > LibrarySource.version {
            throw outdated(by: info.version)
        }
    }

    /// Goes by the policy that Redis runs, from the next batch on.
    private func followPolicy() async throws(RedisError) {
        switch try await library.adopt(known: hash, else: document) {
        case .unchanged: seenHash = hash
        case .newer(let version): throw outdated(by: version)
        case .policy(let document, let hash):
            if self.hash != nil, self.hash != hash {
                let changes = PolicyChange.between(self.document.policy, document.policy)
                journal.info("policy \(hash): \(changes.isEmpty ? "the same rules" : "\(changes.count) changes")")
                for change in changes.prefix(20) { journal.info("policy: \(change)") }
            }
            (self.document, self.hash, seenHash) = (document, hash, hash)
            detection = Detection(policy: document.policy)
            scorer = Scorer(policy: document.policy)
            await chronicler.follow(document.policy)
        case .unreadable(let hash, let problems):
            // Asked again when Redis tells another hash, or by the next owner.
            seenHash = self.hash
            guard hash != saidHash else { break }
            saidHash = hash
            journal.error(
                "policy \(hash) cannot be read by this build; "
                    + (self.hash == nil ? "standing aside" : "going on with the rules before it") + ": \(problems)")
        }
    }

    private func outdated(by version: Int64) -> RedisError {
        RedisError(
            .notSupported,
            "Redis runs function library \(version), this build has \(LibrarySource.version): use the newer sentinel")
    }

    /// Judges the entries and raises what is found. Adds to what is to be committed.
    private func judge(_ batch: EventLog.Batch, epoch: Int64, _ work: inout Uncommitted) async throws(RedisError) {
        work.entries += batch.count
        if batch.foreign > 0 {
            journal.warning("\(batch.foreign) entries of \(configuration.keys.events) are not ours; skipped")
        }
        let clock = ContinuousClock()
        let start = clock.now
        var looks: [Detection.Look] = []
        looks.reserveCapacity(batch.entries.count)
        for entry in batch.entries { looks.append(detection.look(at: entry)) }
        let shelves = TextShelves(detection.textMemory)
        let looking = start.duration(to: clock.now)
        try await fetch(histories.missing(for: looks, shelves))
        try await fetch(histories.missingKinds(for: looks, by: detection, shelves))

        let begin = clock.now
        var flags = FlagBatch()
        for look in looks {
            histories.judge(look, by: detection, flags: &flags)
            work.counts.add(look.entry, by: document.policy)
            if let subject = look.entry.forgets { histories.forget(subject) }
        }
        try await chronicler.add(batch.entries)
        configuration.instruments.judged(looks.count, in: looking + begin.duration(to: clock.now))
        let subjects = suspicions.missing(for: flags, scorer)
        if !subjects.isEmpty {
            let values = try await client.send(suspicions.request(for: subjects, configuration.keys))[0].orThrow().array
            let unreadable = suspicions.accept(values, for: subjects)
            if unreadable > 0 { journal.warning("\(unreadable) suspicions were not readable and start anew") }
        }
        suspicions.score(&flags, scorer)
        suspicions.forget(batch.entries.compactMap(\.forgets))
        try await raise(flags.flags, epoch: epoch, counts: &work.counts)
    }

    private func fetch(_ missing: Histories.Missing) async throws(RedisError) {
        guard !missing.isEmpty else { return }
        let unreadable = try histories.accept(try await client.send(histories.request(for: missing)), for: missing)
        if unreadable > 0 { journal.warning("\(unreadable) histories were not readable and start anew") }
    }

    private func raise(_ flags: [Flag], epoch: Int64, counts: inout BatchCounts) async throws(RedisError) {
        guard !flags.isEmpty else { return }
        var pipeline = RedisPipeline()
        for flag in flags {
            pipeline.appendRaise(flag, keys: configuration.keys, epoch: epoch)
            counts.add(flag)
        }
        for (flag, reply) in zip(flags, try await client.send(pipeline)) {
            guard case .error(let error) = reply else { continue }
            // What may pass is tried again from the last commit on; what never will must not hold up the log.
            guard error.refusesThisFlag else { throw error }
            counts.refusedFlags += 1
            journal.error("flag \(flag.rule) on \(flag.subject) was not taken: \(error)")
        }
    }

    private func beginCommit(_ work: Uncommitted, cursor: LogPosition, epoch: Int64, isQuiet: Bool) async {
        var arguments: [any RedisArgument] = [
            "sentinel_commit", "1", configuration.keys.prefix, "epoch", epoch, "cursor", cursor.description,
            "entries", work.entries,
        ]
        for (name, count) in work.counts.pairs {
            arguments.append(contentsOf: ["count", name, count] as [any RedisArgument])
        }
        let shelves = TextShelves(detection.textMemory)
        for (shelf, states) in histories.drainTexts(to: shelves) {
            arguments.append(
                contentsOf: ["fields", shelf.name, shelves.life(shelf.term), states.count] as [any RedisArgument])
            for (field, bytes) in states {
                arguments.append(field.bytes)
                arguments.append(bytes)
            }
        }
        var changed = histories.drain(userTime: document.policy.historyTime)
        changed.append(suspicions.drain(time: document.policy.retention))
        for group in changed where !group.states.isEmpty {
            arguments.append(contentsOf: ["states", group.ttl, group.states.count] as [any RedisArgument])
            for (name, bytes) in group.states {
                arguments.append(name)
                arguments.append(bytes)
            }
        }
        append(await chronicler.drain(isQuiet: isQuiet), life: await chronicler.life, to: &arguments)
        var pipeline = RedisPipeline()
        pipeline.append("FCALL", arguments)
        committing = await client.begin(pipeline)
    }

    /// Waits for the commit that is under way, if one is.
    private func finishCommit(_ onProgress: () -> Void) async throws(RedisError) {
        guard let committing else { return }
        let replies = try await committing.all()
        self.committing = nil
        for (field, value) in try replies[0].orThrow().pairs {
            if field == "policy" { note(policy: try value.string) }
            guard field == "dropped" else { continue }
            let dropped = try value.int
            if dropped > 0 {
                journal.error(
                    "\(dropped) events fell off \(configuration.keys.events) before they were looked at: the log holds "
                        + "\(document.policy.logEntries)")
            }
        }
        onProgress()
    }

    private func append(_ changes: Activities.Changes, life: Int64, to arguments: inout [any RedisArgument]) {
        for (shelf, fields) in changes.fields {
            arguments.append(contentsOf: ["fields", shelf.name, life, fields.count] as [any RedisArgument])
            for (field, value) in fields {
                arguments.append(field)
                arguments.append(value)
            }
        }
        for (span, addresses) in changes.busy {
            arguments.append(contentsOf: ["busy", span, life, addresses.count] as [any RedisArgument])
            for (address, events) in addresses {
                arguments.append(events)
                arguments.append(address.bytes)
            }
        }
    }

    /// Redis runs the policy of this hash.
    private func note(policy hash: String) {
        if hash != saidHash { seenHash = hash }
    }

    /// Takes, keeps or gives back the lease. Returns the epoch while it is ours, nil while another has it.
    private func lease(release: Bool = false) async throws(RedisError) -> Int64? {
        var arguments: [any RedisArgument] = [
            "sentinel_lease", "1", configuration.keys.prefix, "owner", configuration.owner,
            "ttl", configuration.leaseTime.milliseconds,
        ]
        mayHoldLease = true
        if release { arguments.append(contentsOf: ["release", "1"] as [any RedisArgument]) }
        var pipeline = RedisPipeline()
        pipeline.append("FCALL", arguments)
        let pairs = try await client.send(pipeline)[0].orThrow().pairs
        var owner = ""
        var epoch: Int64 = 0
        for (field, value) in pairs {
            if field == "owner" { owner = try value.string }
            if field == "epoch" { epoch = try value.int }
            if field == "policy" { note(policy: try value.string) }
        }
        return owner == configuration.owner ? epoch : nil
    }
}
