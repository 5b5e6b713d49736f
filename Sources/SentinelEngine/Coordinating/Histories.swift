import SentinelCore
import SentinelRedis

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
    private var changedTexts: Set<UInt64> = []
    private var changedBands: Set<UInt64> = []
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
        fileprivate var texts: [UInt64] = []
        fileprivate var bands: [UInt64] = []
        fileprivate var addresses: [Subject] = []

        var isEmpty: Bool { users.isEmpty && texts.isEmpty && bands.isEmpty && addresses.isEmpty }
    }

    /// What these entries need to begin with and the cache has not. What it has stays until they are judged.
    mutating func missing(for looks: [Detection.Look]) -> Missing {
        var missingUsers: Set<Subject> = []
        var missingTexts: Set<UInt64> = []
        var missingBands: Set<UInt64> = []
        var missingAddresses: Set<Subject> = []
        for look in looks {
            if let user = look.historyOwner, !users.touch(user) { missingUsers.insert(user) }
            if let address = look.signupAddress, !addresses.touch(address) { missingAddresses.insert(address) }
            guard let own = look.ownText else { continue }
            if !texts.touch(own) { missingTexts.insert(own) }
            for word in look.bandWords where !bands.touch(word) { missingBands.insert(word) }
        }
        return Missing(
            users: Array(missingUsers), texts: Array(missingTexts), bands: Array(missingBands),
            addresses: Array(missingAddresses))
    }

    /// Which other kinds of text they may need, now that the bands are here. Kinds that entries of the batch begin
    /// themselves are not among them, nor need they be.
    mutating func missingKinds(for looks: [Detection.Look], by detection: Detection) -> Missing {
        var missing: Set<UInt64> = []
        for look in looks {
            guard let own = look.ownText else { continue }
            let states = look.bandWords.compactMap { bands.state($0) }
            for kind in detection.candidates(for: look, among: states, sightings: texts.state(own))
            where !texts.touch(kind) {
                missing.insert(kind)
            }
        }
        return Missing(texts: Array(missing))
    }

    /// The one command that fetches what is missing.
    func request(for missing: Missing) -> RedisPipeline {
        let prefix = Array("\(keys.prefix):".utf8)
        var names = missing.users.map { Self.name(of: $0) }
        names += missing.texts.map { Array(Self.name(ofText: $0).utf8) }
        names += missing.bands.map { Array(Self.name(ofBand: $0).utf8) }
        names += missing.addresses.map { Self.name(ofAddress: $0) }
        var pipeline = RedisPipeline()
        pipeline.append("MGET", names.map { prefix + $0 })
        return pipeline
    }

    /// Takes in the values that came. Those that cannot be read count as empty; returns how many those were.
    mutating func accept(_ values: [RedisReply], for missing: Missing) -> Int {
        var unreadable = 0
        var rest = values[...]
        for (user, value) in zip(missing.users, rest) {
            users.put(Self.decode(value, &unreadable) { try ActorHistory(decoding: $0) } ?? .init(), for: user)
        }
        rest = rest.dropFirst(missing.users.count)
        for (text, value) in zip(missing.texts, rest) {
            texts.put(Self.decode(value, &unreadable) { try TextSightings(decoding: $0) } ?? .init(), for: text)
        }
        rest = rest.dropFirst(missing.texts.count)
        for (band, value) in zip(missing.bands, rest) {
            bands.put(Self.decode(value, &unreadable) { try TextBandState(decoding: $0) } ?? .init(), for: band)
        }
        rest = rest.dropFirst(missing.bands.count)
        for (address, value) in zip(missing.addresses, rest) {
            addresses.put(Self.decode(value, &unreadable) { try AddressSignups(decoding: $0) } ?? .init(), for: address)
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
            changedTexts.insert(kind)
        }
        for (word, state) in zip(words, text.bands) { bands.put(state, for: word) }
        for place in text.changedBands { changedBands.insert(words[place]) }
    }

    /// Hands out what changed, as `name, ttl, bytes`, and counts it as saved.
    mutating func drain(userTime: Duration, memory: DuplicateContent.Memory, _ save: ([UInt8], Int64, [UInt8]) -> Void)
    {
        for user in changedUsers {
            if let history = users.state(user) { save(Self.name(of: user), userTime.milliseconds, history.encoded()) }
        }
        for text in changedTexts {
            guard let sightings = texts.state(text) else { continue }
            let time = sightings.standing > .single ? memory.shared : memory.single
            save(Array(Self.name(ofText: text).utf8), time + Self.margin, sightings.encoded())
        }
        for band in changedBands {
            guard let state = bands.state(band) else { continue }
            let time = state.kinds.contains { $0.standing > .single } ? memory.shared : memory.single
            save(Array(Self.name(ofBand: band).utf8), time + TextBandState.precision + Self.margin, state.encoded())
        }
        for address in changedAddresses {
            if let signups = addresses.state(address) {
                save(Self.name(ofAddress: address), Self.signupTime, signups.encoded())
            }
        }
        changedAddresses.removeAll(keepingCapacity: true)
        changedUsers.removeAll(keepingCapacity: true)
        changedTexts.removeAll(keepingCapacity: true)
        changedBands.removeAll(keepingCapacity: true)
    }

    /// Ms by which Redis keeps a text longer than it counts, for clocks and logs that lag.
    private static let margin: Int64 = 3_600_000

    /// Ms that the signups of an address are kept: the longest window that a policy may set, and a day.
    private static let signupTime: Int64 = 8 * 86_400_000

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
    private static func name(ofText text: UInt64) -> String { "t:" + String(text, radix: 16) }
    private static func name(ofBand word: UInt64) -> String { "t:#" + String(word, radix: 16) }
}

extension Detection.Look {
    /// The kind that the text begins if it belongs to no other; nil where texts are not compared.
    fileprivate var ownText: UInt64? { bandWords.isEmpty ? nil : fingerprint?.hash }

    fileprivate var bandWords: [UInt64] { actor == nil ? [] : bands?.words ?? [] }
}
