import Glibc
package import SentinelCore
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// The mirror of the block list that requests of proxies are answered from, and what keeps it true.
///
/// Lives on the API's loop and answers there without waiting for anybody: what Redis is asked, it is asked beside.
package actor EdgeMirror {
    package nonisolated let loop: EventLoop
    private let settings: EdgeSettings
    private let calls: Calls
    private let redis: RedisConfiguration
    private let journal: Journal
    private var feed: ListFeed?
    private let stream: BlockStream?
    private let file: MirrorFile?

    private var mirror = BlockMirror()
    /// The one that is being read anew, while the other answers.
    private var coming: BlockMirror?
    /// The policy's word on proxies, with what this process has instead; whom it allows; and its hash.
    private var edge: Policy.Edge
    private var policyAllows: SubjectMarks
    private var policyHash = ""
    /// What of the policy is kept beside the mirror, as YAML.
    private var policyKept: [UInt8]
    /// Redis' time minus this machine's, ms.
    private var skew: Int64 = 0
    /// When it was last known to be complete, ms since 1970 by Redis; nil for never.
    private var completeAt: Int64?
    private var isAway = true
    private var changes = 0
    private var changesWritten = 0
    private var lists = 0
    private var counts: [EdgeAnswer.Action: Int64] = [:]
    private var ageText: (age: Int64, text: String) = (-1, "")
    private var tasks: [Task<Void, Never>] = []

    /// Looked at per turn: so many places of a tree.
    private static let piece = 4096
    private static let savePeriod = Duration.seconds(60)

    package init(
        calls: Calls, redis: RedisConfiguration, settings: EdgeSettings, policy: Policy, stream: BlockStream? = nil,
        on loop: EventLoop, journal: Journal
    ) throws(IOError) {
        self.loop = loop
        self.settings = settings
        self.calls = calls
        self.journal = journal
        self.stream = stream
        file = try settings.file.map { path throws(IOError) in try MirrorFile(path) }
        edge = settings.applied(to: policy.edge)
        policyAllows = Self.marks(policy.allow)
        policyKept = Self.kept(policy)
        self.redis = redis
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Reads the file, if there is one, and begins to follow Redis.
    package func start() async {
        if let file {
            do {
                if let saved = try await file.read() {
                    mirror = saved.mirror
                    completeAt = saved.at
                    if let policy = saved.policy { goBy(policy) }
                    let time = Timestamp(milliseconds: saved.at).iso8601
                    journal.info("\(saved.mirror.blocks.count) blocks as of \(time)")
                }
            } catch {
                journal.warning("the file of the mirror is not used: \(error)")
            }
        }
        let feed = ListFeed(calls: calls, redis: redis, on: loop) { [weak self] item in
            self?.assumeIsolated { $0.take(item) }
        }
        self.feed = feed
        await feed.start()
        tasks = [
            Task(executorPreference: loop) { await self.tidy() },
            Task(executorPreference: loop) { await self.followPolicy() },
            Task(executorPreference: loop) { await self.save() },
        ]
    }

    package func stop() async {
        for task in tasks { task.cancel() }
        await feed?.stop()
        if changes != changesWritten || lists == 1 { await write() }
        await file?.close()
    }

    // MARK: Answering

    /// What to do with a request. Never waits.
    package func answer(user: Subject?, address: IPAddress?) -> EdgeAnswer {
        let now = now
        if let mark = mirror.block(user: user, address: address, at: now),
            !isAllowedByPolicy(user: user, address: address)
        {
            return count(EdgeAnswer(mark, at: now))
        }
        if edge.mirrorStale == .closed, isStale, !mirror.isExempt(user: user, address: address, at: now),
            !isAllowedByPolicy(user: user, address: address)
        {
            return count(EdgeAnswer(.unknown))
        }
        return count(EdgeAnswer(.allow))
    }

    private func count(_ answer: EdgeAnswer) -> EdgeAnswer {
        counts[answer.action, default: 0] += 1
        return answer
    }

    private func isAllowedByPolicy(user: Subject?, address: IPAddress?) -> Bool {
        guard policyAllows.count > 0 else { return false }
        if let user, policyAllows.mark(named: user, at: 0) != nil { return true }
        return address.flatMap { policyAllows.mark($0, at: 0) } != nil
    }

    package var trustedProxies: [Network] { edge.trustedProxies }

    /// How long ago it was known to be complete; nil for never.
    package var age: Duration? { completeAt.map { .milliseconds(max(0, now - $0)) } }

    package var isStale: Bool { age.map { $0 > edge.mirrorAge } ?? true }

    /// Whether Redis answered lately, so that it is worth asking.
    package var canAsk: Bool { !isAway }

    /// The age in whole seconds as proxies are told.
    func ageField() -> String {
        guard let age else { return "unknown" }
        let seconds = age.components.seconds
        if seconds != ageText.age { ageText = (seconds, String(seconds)) }
        return ageText.text
    }

    /// How it is at the moment.
    package struct Figures: Sendable {
        package var blocks: Int
        /// Of memory.
        package var bytes: Int
        package var age: Duration?
        /// How often each answer was given.
        package var answers: [EdgeAnswer.Action: Int64]
    }

    package var figures: Figures {
        Figures(
            blocks: mirror.blocks.count, bytes: mirror.blocks.bytes + mirror.exemptions.bytes, age: age, answers: counts
        )
    }

    /// How often everything was read anew.
    package var reads: Int { lists }

    /// Ms since 1970, by Redis as far as is known.
    private var now: Int64 { Self.clock() + skew }

    private static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: From Redis

    private func take(_ item: ListFeed.Item) {
        switch item {
        case .begin: coming = BlockMirror(key: mirror.key)
        case .block(let subject, let mark, _):
            if mark.isActive(at: now) { coming?.blocks.set(subject, mark) }
        case .exemption(let subject, let mark):
            if mark.isActive(at: now) { coming?.exemptions.set(subject, mark) }
        case .complete:
            if let coming { mirror = coming }
            coming = nil
            lists += 1
            changes += 1
        case .change(let change): apply(change)
        case .inStep(let time, let skew):
            self.skew = skew
            completeAt = time
            if isAway { journal.info("the mirror holds \(mirror.blocks.count) blocks") }
            isAway = false
        case .away(let error):
            if !isAway { journal.warning("the mirror cannot ask Redis and goes by what it has: \(error)") }
            isAway = true
        }
        stream?.assumeIsolated { $0.take(item) }
    }

    private func apply(_ change: ListChange) {
        changes += 1
        switch change.kind {
        case .added, .changed: mirror.blocks.set(change.subject, change.mark)
        case .lifted: mirror.blocks.remove(change.subject)
        case .allowed: mirror.exemptions.set(change.subject, change.mark)
        case .disallowed: mirror.exemptions.remove(change.subject)
        }
    }

    /// The policy that Redis runs.
    private func followPolicy() async {
        let loader = LibraryLoader(client: calls.client, keys: calls.keys)
        while !Task.isCancelled {
            if let info = try? await loader.info(), info.policyHash != policyHash,
                let inForce = try? await loader.inForce()
            {
                if let document = try? inForce.document() { goBy(document.policy) }
                policyHash = inForce.hash
            }
            guard (try? await loop.sleep(for: .seconds(2))) != nil else { return }
        }
    }

    private func goBy(_ policy: Policy) {
        edge = settings.applied(to: policy.edge)
        policyAllows = Self.marks(policy.allow)
        let kept = Self.kept(policy)
        if kept != policyKept { changes += 1 }
        policyKept = kept
    }

    /// What of a policy counts here, as a policy without rules.
    private static func kept(_ policy: Policy) -> [UInt8] {
        var kept = Policy(rules: [])
        kept.edge = policy.edge
        kept.allow = policy.allow
        // Without them networks that are allowed would be refused at the reading.
        (kept.networks4, kept.networks6) = (policy.networks4, policy.networks6)
        kept.subjectPrefix6 = policy.subjectPrefix6
        return Array(kept.yaml.utf8)
    }

    private static func marks(_ subjects: [Subject]) -> SubjectMarks {
        var marks = SubjectMarks(key: .random())
        for subject in subjects { marks.set(subject, BlockMark(.block, until: nil)) }
        return marks
    }

    // MARK: Memory and disk

    private func tidy() async {
        while (try? await loop.sleep(for: .milliseconds(50))) != nil { mirror.sweep(atMost: Self.piece, at: now) }
    }

    private func save() async {
        guard file != nil else { return }
        while (try? await loop.sleep(for: Self.savePeriod)) != nil {
            if changes != changesWritten { await write() }
        }
    }

    private func write() async {
        guard let file, let at = completeAt else { return }
        let changes = changes
        do {
            try await file.begin(key: mirror.key, at: at)
            if policyKept.count <= MirrorFile.mostPiece { try await file.append(.policy, policyKept) }
            for kind in [MirrorFile.Kind.blocks, .exemptions] {
                var place: SubjectMarks.Place? = SubjectMarks.Place()
                while let next = place {
                    var bytes: [UInt8] = []
                    place =
                        kind == .blocks
                        ? mirror.blocks.write(from: next, atMost: Self.piece, to: &bytes)
                        : mirror.exemptions.write(from: next, atMost: Self.piece, to: &bytes)
                    try await file.append(kind, bytes)
                }
            }
            try await file.commit()
            changesWritten = changes
        } catch {
            journal.warning("the mirror cannot be kept in its file: \(error)")
        }
    }
}
