import SentinelCore
import SentinelRedis

/// States of the coordinator that Redis keeps equally long: name, and what to keep.
struct StateGroup {
    /// Ms.
    var ttl: Int64
    var states: [(name: [UInt8], bytes: [UInt8])] = []
}

/// The histories that the detectors work on, cached from Redis, and which of them changed since the last commit.
///
/// A batch needs two fetches: users, bands and the texts' own kinds first, for what is under the bands says which other kinds
/// the texts may belong to.
struct Histories {
    private var users: Ledger<Subject, ActorHistory>
    private var texts: Ledger<UInt64, TextSightings>
    private var bands: Ledger<UInt64, TextBandState>
    private var addresses: Ledger<Subject, AddressSignups>
    private var changedUsers: Set<Subject> = []
    /// When the last event came that changed them.
    private var changedTexts: [UInt64: Int64] = [:]
    private var changedBands: [UInt64: Int64] = [:]
    private var changedAddresses: Set<Subject> = []
    private let keys: Keys

    /// How many kinds of text one entry may need: its own, and all that stand under its bands.
    private static let kindsPerEntry = 1 + TextBands.count * TextBandState.capacity

    /// - Parameters:
    ///   - capacity: how many users are held in memory; of texts and bands as many, at least.
    ///   - batch: how many entries are judged at once. What they need is held, whatever they are.
    init(keys: Keys, capacity: Int, batch: Int) {
        self.keys = keys
        users = Ledger(capacity: max(capacity, 4 * batch))
        texts = Ledger(capacity: max(capacity, 4 * batch * Self.kindsPerEntry))
        bands = Ledger(capacity: max(capacity, 4 * batch * TextBands.count))
        addresses = Ledger(capacity: max(capacity / 4, 4 * batch))
    }

    /// What the cache has not and Redis may have.
    struct Missing {
        fileprivate var users: [Subject] = []
        fileprivate var addresses: [Subject] = []
        /// By the shelves that they may be on: one or two groups, for spans are long.
        fileprivate var groups: [(shelves: [TextShelves.Shelf], fields: Set<TextShelves.Field>)] = []

        var isEmpty: Bool { users.isEmpty && groups.isEmpty && addresses.isEmpty }

        fileprivate mutating func add(_ fields: [TextShelves.Field], on shelves: [TextShelves.Shelf]) {
            guard !fields.isEmpty else { return }
            if let place = groups.firstIndex(where: { $0.shelves == shelves }) {
                groups[place].fields.formUnion(fields)
            } else {
                groups.append((shelves, Set(fields)))
            }
        }
    }

    /// What these entries need to begin with and the cache has not. What it has stays until they are judged.
    mutating func missing(for looks: [Detection.Look], _ shelves: TextShelves) -> Missing {
        var missing = Missing()
        var missingUsers: Set<Subject> = []
        var missingAddresses: Set<Subject> = []
        for look in looks {
            if let user = look.historyOwner, !users.touch(user) { missingUsers.insert(user) }
            if let address = look.signupAddress, !addresses.touch(address) { missingAddresses.insert(address) }
            guard let own = look.ownText else { continue }
            var fields: [TextShelves.Field] = texts.touch(own) ? [] : [.text(own)]
            for word in look.bandWords where !bands.touch(word) { fields.append(.band(word)) }
            missing.add(fields, on: shelves.shelves(at: look.entry.at))
        }
        missing.users = Array(missingUsers)
        missing.addresses = Array(missingAddresses)
        return missing
    }

    /// Which other kinds of text they may need, now that the bands are here. Kinds that entries of the batch begin
    /// themselves are not among them, nor need they be.
    mutating func missingKinds(
        for looks: [Detection.Look], by detection: Detection, _ shelves: TextShelves
    ) -> Missing {
        var missing = Missing()
        for look in looks {
            guard let own = look.ownText else { continue }
            let states = look.bandWords.compactMap { bands.state($0) }
            var fields: [TextShelves.Field] = []
            for kind in detection.candidates(for: look, among: states, sightings: texts.state(own))
            where !texts.touch(kind) {
                fields.append(.text(kind))
            }
            missing.add(fields, on: shelves.shelves(at: look.entry.at))
        }
        return missing
    }

    /// The commands that fetch what is missing, together.
    func request(for missing: Missing) -> RedisPipeline {
        let prefix = Array("\(keys.prefix):".utf8)
        var pipeline = RedisPipeline()
        let names = missing.users.map { Self.name(of: $0) } + missing.addresses.map { Self.name(ofAddress: $0) }
        if !names.isEmpty { pipeline.append("MGET", names.map { prefix + $0 }) }
        for (shelves, fields) in missing.groups {
            let names = fields.map(\.bytes)
            for shelf in shelves { pipeline.append("HMGET", [prefix + Array(shelf.name.utf8)] + names) }
        }
        return pipeline
    }

    /// Takes in what came. Values that cannot be read count as empty; returns how many those were.
    mutating func accept(_ replies: [RedisReply], for missing: Missing) throws(RedisError) -> Int {
        var unreadable = 0
        var rest = replies[...]
        if !missing.users.isEmpty || !missing.addresses.isEmpty, let reply = rest.popFirst() {
            let values = try reply.orThrow().array
            for (user, value) in zip(missing.users, values) {
                users.put(Self.decode(value, &unreadable) { try ActorHistory(decoding: $0) } ?? .init(), for: user)
            }
            for (address, value) in zip(missing.addresses, values.dropFirst(missing.users.count)) {
                let state = Self.decode(value, &unreadable) { try AddressSignups(decoding: $0) }
                addresses.put(state ?? .init(), for: address)
            }
        }
        var foundTexts: [UInt64: TextSightings] = [:]
        var foundBands: [UInt64: TextBandState] = [:]
        for (shelves, fields) in missing.groups {
            for reply in rest.prefix(shelves.count) {
                for (field, value) in zip(fields, try reply.orThrow().array) where !value.isNull {
                    // A state may be on several shelves: that of the latest event counts.
                    switch field {
                    case .text(let word):
                        guard let state = Self.decode(value, &unreadable, { try TextSightings(decoding: $0) }),
                            foundTexts[word].map({ $0.lastEntry < state.lastEntry }) ?? true
                        else { continue }
                        foundTexts[word] = state
                    case .band(let word):
                        guard let state = Self.decode(value, &unreadable, { try TextBandState(decoding: $0) }),
                            foundBands[word].map({ $0.last < state.last }) ?? true
                        else { continue }
                        foundBands[word] = state
                    }
                }
            }
            rest = rest.dropFirst(shelves.count)
        }
        // Of two groups that ask for the same, the first may know it already.
        for field in missing.groups.reduce(into: Set(), { $0.formUnion($1.fields) }) {
            switch field {
            case .text(let word): texts.put(foundTexts[word] ?? .init(), for: word)
            case .band(let word): bands.put(foundBands[word] ?? .init(), for: word)
            }
        }
        return unreadable
    }

    private static func decode<State>(
        _ value: RedisReply, _ unreadable: inout Int, _ decode: ([UInt8]) throws -> State
    ) -> State? {
        guard case .bulk(let bytes) = value else { return nil }
        if let state = try? decode(bytes) { return state }
        unreadable += 1
        return nil
    }

    /// Judges one entry with its histories, which the fetches have brought.
    mutating func judge(_ look: Detection.Look, by detection: Detection, flags: inout FlagBatch) {
        var history = look.historyOwner.flatMap { users.take($0) } ?? ActorHistory()
        let words = look.bandWords
        let states = words.map { bands.take($0) ?? TextBandState() }
        let kind = detection.kind(of: look, among: states) { texts.state($0) }
        var text = TextHistory(sightings: kind.flatMap { texts.take($0) } ?? TextSightings(), bands: states)
        var signups = look.signupAddress.flatMap { addresses.take($0) } ?? AddressSignups()
        detection.judge(look, history: &history, text: &text, signups: &signups, flags: &flags)
        if let address = look.signupAddress {
            addresses.put(signups, for: address)
            changedAddresses.insert(address)
        }
        if let user = look.historyOwner {
            users.put(history, for: user)
            changedUsers.insert(user)
        }
        if let kind {
            texts.put(text.sightings, for: kind)
            changedTexts[kind] = max(changedTexts[kind] ?? .min, look.entry.at)
        }
        for (word, state) in zip(words, text.bands) { bands.put(state, for: word) }
        for place in text.changedBands {
            changedBands[words[place]] = max(changedBands[words[place]] ?? .min, look.entry.at)
        }
    }

    /// Hands out what changed, and counts it as saved.
    mutating func drain(userTime: Duration) -> [StateGroup] {
        var owned = StateGroup(ttl: userTime.milliseconds)
        for user in changedUsers {
            if let history = users.state(user) { owned.states.append((Self.name(of: user), history.encoded())) }
        }
        var signups = StateGroup(ttl: Self.signupTime)
        for address in changedAddresses {
            if let state = addresses.state(address) {
                signups.states.append((Self.name(ofAddress: address), state.encoded()))
            }
        }
        changedAddresses.removeAll(keepingCapacity: true)
        changedUsers.removeAll(keepingCapacity: true)
        return [owned, signups]
    }

    /// Hands out which texts and bands changed, by the shelf that they go to, and counts them as saved.
    mutating func drainTexts(to shelves: TextShelves) -> [TextShelves.Shelf: [(TextShelves.Field, [UInt8])]] {
        var filled: [TextShelves.Shelf: [(TextShelves.Field, [UInt8])]] = [:]
        for (word, time) in changedTexts {
            guard let state = texts.state(word) else { continue }
            let shelf = shelves.shelf(state.standing > .single ? .shared : .single, at: time)
            filled[shelf, default: []].append((.text(word), state.encoded()))
        }
        for (word, time) in changedBands {
            guard let state = bands.state(word) else { continue }
            let shelf = shelves.shelf(state.standing > .single ? .shared : .single, at: time)
            filled[shelf, default: []].append((.band(word), state.encoded()))
        }
        changedTexts.removeAll(keepingCapacity: true)
        changedBands.removeAll(keepingCapacity: true)
        return filled
    }

    /// Ms that the signups of an address are kept: the longest window that a policy may set, and a day.
    private static let signupTime: Int64 = 8 * 86_400_000

    /// Has no memory of a subject any more, and saves none; Redis has erased what it had.
    mutating func forget(_ subject: Subject) {
        users.remove(subject)
        addresses.remove(subject)
        changedUsers.remove(subject)
        changedAddresses.remove(subject)
    }

    /// Forgets everything: after an error nobody knows what Redis has.
    mutating func removeAll() {
        users.removeAll()
        texts.removeAll()
        bands.removeAll()
        addresses.removeAll()
        changedAddresses.removeAll()
        changedUsers.removeAll()
        changedTexts.removeAll()
        changedBands.removeAll()
    }

    private static func name(of user: Subject) -> [UInt8] { Array("u:".utf8) + user.bytes }
    private static func name(ofAddress address: Subject) -> [UInt8] { Array("a:".utf8) + address.bytes }
}

extension Detection.Look {
    /// The kind that the text begins if it belongs to no other; nil where texts are not compared.
    fileprivate var ownText: UInt64? { bandWords.isEmpty ? nil : fingerprint?.hash }

    fileprivate var bandWords: [UInt64] { actor == nil ? [] : bands?.words ?? [] }
}
