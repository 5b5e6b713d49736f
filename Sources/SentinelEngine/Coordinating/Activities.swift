import SentinelCore
import SentinelRedis

/// What the subjects of a batch did, for timelines and summaries: fetched from Redis where it is not in memory, brought up
/// to date, and handed back to be committed. Detectors never look at it.
///
/// Most addresses are those of one user. What happens at such a one stands in that user's timeline alone, and its own numbers are
/// written when there is time, or `patience` later: a coordinator that is killed loses that much of them, and nothing else.
struct Activities {
    /// One subject in one span.
    struct Place: Hashable {
        var subject: Subject
        var shelf: ActivityShelf
    }

    /// Fields of one shelf, and the order in which they are asked for.
    struct Missing {
        fileprivate var shelves: [(shelf: ActivityShelf, subjects: [Subject])] = []

        var isEmpty: Bool { shelves.isEmpty }
    }

    /// What is to be written: fields of shelves, and how much the busiest addresses of a span did.
    struct Changes {
        var fields: [ActivityShelf: [(field: [UInt8], value: [UInt8])]] = [:]
        var busy: [Int64: [(address: Subject, events: Int64)]] = [:]
    }

    private var policy: Policy
    private var known: Ledger<Place, Activity>
    private var changed: Set<Place> = []
    /// Fields to be written; of two that are the same the later one counts.
    private var entries: [ActivityShelf: [(field: [UInt8], value: [UInt8])]] = [:]
    private var busy: [Place: Int64] = [:]
    /// Addresses to be written, those that changed first first; and since when, by the time of the log.
    private var waiting = Queue<(place: Place, since: Int64)>()
    private var waits: Set<Place> = []
    private var newest = Int64.min + patience
    /// How many may wait.
    private let mostWaiting: Int

    /// Ms that an address waits while more events come.
    private static let patience: Int64 = 30_000
    /// How many are written at once when nothing more comes.
    private static let mostWhenQuiet = 1000
    /// The last address and whom it counts for: events of one address come together.
    private var lastAddress: (text: [UInt8], subject: Subject?)?

    /// An address is looked at anew for the list of the busiest with every so many events.
    static let busyStep: UInt64 = 16

    /// - Parameters:
    ///   - capacity: how many are held in memory.
    ///   - batch: how many entries are noted at once. What they need is held, whatever they are.
    init(policy: Policy, capacity: Int, batch: Int) {
        self.policy = policy
        known = Ledger(capacity: max(capacity, 8 * batch))
        mostWaiting = max(capacity, 8 * batch) / 8
    }

    /// Goes by another policy from now on; what is not saved yet stays.
    mutating func follow(_ policy: Policy) {
        self.policy = policy
        lastAddress = nil
    }

    /// How long Redis keeps what is written, ms.
    var life: Int64 { policy.timeline.keep.milliseconds + 60_000 }

    /// Whom an entry is about, and when: its user and its address.
    mutating func places(of entry: LogEntry) -> [Place] {
        subjects(of: entry).map { Place(subject: $0, shelf: shelf(of: $0, at: entry.at)) }
    }

    /// What entries of these places need and memory has not. What it has stays until they are noted.
    mutating func missing(for places: some Sequence<Place>) -> Missing {
        var wanted: [ActivityShelf: Set<Subject>] = [:]
        for place in places where !known.touch(place) { wanted[place.shelf, default: []].insert(place.subject) }
        return Missing(shelves: wanted.map { ($0.key, Array($0.value)) })
    }

    /// The commands that fetch what is missing: one reply for each.
    func request(for missing: Missing, _ keys: Keys, into pipeline: inout RedisPipeline) {
        for (shelf, subjects) in missing.shelves {
            let fields = subjects.map { ActivityShelf.Field.activity.bytes($0.bytes) as any RedisArgument }
            pipeline.append("HMGET", [keys.activities(shelf)] + fields)
        }
    }

    /// Takes in what came. Values that cannot be read count as empty; returns how many those were.
    mutating func accept(_ replies: some Sequence<RedisReply>, for missing: Missing) throws(RedisError) -> Int {
        var unreadable = 0
        for ((shelf, subjects), reply) in zip(missing.shelves, replies) {
            for (subject, value) in zip(subjects, try reply.orThrow().array) {
                var activity = Activity()
                if case .bulk(let bytes) = value {
                    if let stored = try? Activity(decoding: bytes) { activity = stored } else { unreadable += 1 }
                }
                known.put(activity, for: Place(subject: subject, shelf: shelf))
            }
        }
        return unreadable
    }

    /// Takes in an entry of the batch.
    mutating func note(_ entry: LogEntry, at places: [Place]) {
        guard let noted = ActivityEntry(entry, textBytes: policy.timeline.textBytes) else { return }
        var created: Int64?
        if case .event(let event) = entry.content { created = event.created }
        let isPost = policy.postKinds.contains(noted.kind)
        let ring = UInt64(policy.timeline.entries)
        var encoded: [UInt8]?
        for place in places {
            let subject = place.subject
            let isUser = subject.type == "user"
            let (isNew, events, peers) = known.change(place, initial: Activity()) { activity in
                let isNew = activity.add(
                    noted, isPost: isPost, peer: isUser ? noted.ip : noted.user, created: isUser ? created : nil)
                return (isNew, activity.events, activity.peers.count)
            }
            guard isNew else { continue }
            newest = max(newest, entry.at)
            if isUser {
                changed.insert(place)
            } else if waits.insert(place).inserted {
                waiting.append((place, entry.at))
            }
            if ring > 0, isUser || peers != 1 {
                let field = ActivityShelf.Field.entry(Int((events - 1) % ring)).bytes(subject.bytes)
                let value = encoded ?? noted.encoded()
                encoded = value
                entries[place.shelf, default: []].append((field, value))
            }
            if !isUser, events % Self.busyStep == 0 { busy[place] = Int64(clamping: events) }
        }
    }

    /// Whether there is something to be written when nothing more comes.
    var isWaiting: Bool { !waiting.isEmpty || !changed.isEmpty || !entries.isEmpty }

    /// Hands out what changed, and counts it as saved.
    /// - Parameter isQuiet: little comes, or nothing more: there is time for what waits.
    mutating func drain(isQuiet: Bool) -> Changes {
        var changes = Changes()
        let due = newest - Self.patience
        let rest = min(mostWaiting, isQuiet ? max(0, waiting.count - Self.mostWhenQuiet) : .max)
        while let next = waiting.first, next.since <= due || waiting.count > rest {
            _ = waiting.popFirst()
            waits.remove(next.place)
            changed.insert(next.place)
        }
        for place in changed {
            guard let value = known.read(place, { $0.encoded() }) else { continue }
            let field = ActivityShelf.Field.activity.bytes(place.subject.bytes)
            changes.fields[place.shelf, default: []].append((field, value))
        }
        for (shelf, fields) in entries {
            changes.fields[shelf, default: []].append(contentsOf: fields)
        }
        for (place, events) in busy { changes.busy[place.shelf.span, default: []].append((place.subject, events)) }
        changed.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        busy.removeAll(keepingCapacity: true)
        return changes
    }

    /// Has no memory of a subject any more, and saves none; Redis has erased what it had.
    mutating func forget(_ subject: Subject) {
        for place in known.keys where place.subject == subject { known.remove(place) }
        for place in changed where place.subject == subject { changed.remove(place) }
        for place in waits where place.subject == subject { waits.remove(place) }
        for next in waiting.removeAll() where next.place.subject != subject { waiting.append(next) }
        for place in busy.keys where place.subject == subject { busy[place] = nil }
        let bytes = subject.bytes
        for (shelf, fields) in entries {
            entries[shelf] = fields.filter { !$0.field.dropFirst(2).elementsEqual(bytes) }
        }
    }

    /// Forgets everything: after an error nobody knows what Redis has.
    mutating func removeAll() {
        known.removeAll()
        changed.removeAll()
        _ = waiting.removeAll()
        waits.removeAll()
        entries.removeAll()
        busy.removeAll()
    }

    /// The user and the address of an entry.
    private mutating func subjects(of entry: LogEntry) -> [Subject] {
        let (user, ip): ([UInt8]?, [UInt8]?)
        switch entry.content {
        case .event(let event): (user, ip) = (event.user, event.ip)
        case .report(let report): (user, ip) = (report.user, report.ip)
        case .unblock: return []
        }
        return [user.flatMap { try? Subject(type: "user", id: $0) }, ip.flatMap { address($0) }].compactMap(\.self)
    }

    private mutating func address(_ text: [UInt8]) -> Subject? {
        if let lastAddress, lastAddress.text == text { return lastAddress.subject }
        let subject = (try? IPAddress(parsing: text)).map {
            Subject(counting: $0, ipv6PrefixLength: policy.subjectPrefix6)
        }
        lastAddress = (text, subject)
        return subject
    }

    private func shelf(of subject: Subject, at time: Int64) -> ActivityShelf {
        ActivityShelf(of: subject, at: time, policy.timeline)
    }
}
