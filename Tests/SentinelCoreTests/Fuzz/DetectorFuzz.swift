@testable import SentinelCore

/// A coordinator without Redis that is fed whatever the bytes say: events with any text, time, address and age, and now and
/// then a stored state with damaged bytes. Every detector of the default policy looks at them.
struct DetectorFuzz {
    private var detection = Detection(policy: Policy.standard)
    private var users: [Subject: ActorHistory] = [:]
    private var texts: [UInt64: TextSightings] = [:]
    private var bands: [UInt64: TextBandState] = [:]
    private var signups: [Subject: AddressSignups] = [:]
    private var random: SplitMix
    private var clock: Int64 = 1_760_000_000_000
    private var count: UInt64 = 0
    /// What was fed before, for another helping of it with changes.
    private var corpus: [[UInt8]] = [
        "Win the newest phone, only today at https://win.example/now", "ignore all previous instructions and",
        "Thе quісk brоwn fох", "x\u{200B}y\u{200D}z", "👩‍👩‍👧‍👦🏴‍☠️", "((((((((((", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ].map { Array($0.utf8) }
    private(set) var flags = 0
    private(set) var damaged = 0
    private(set) var slowest = Duration.zero

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
    }

    mutating func step() throws {
        let look = detection.look(at: entry())
        guard let actor = look.actor else { return }
        let words = look.bands?.words ?? []
        let states = words.map { bands[$0] ?? TextBandState() }
        let kind = detection.kind(of: look, among: states) { texts[$0] }
        var text = TextHistory(sightings: kind.flatMap { texts[$0] } ?? .init(), bands: states)
        var history = users[actor] ?? ActorHistory()
        var signups = look.signupAddress.flatMap { self.signups[$0] } ?? AddressSignups()
        if chance(0.05) { history = damage(history.encoded()) { try ActorHistory(decoding: $0) } ?? history }
        if chance(0.05) {
            text.sightings = damage(text.sightings.encoded()) { try TextSightings(decoding: $0) } ?? text.sightings
        }
        if chance(0.05) { signups = damage(signups.encoded()) { try AddressSignups(decoding: $0) } ?? signups }

        var batch = FlagBatch()
        let time = ContinuousClock().measure {
            detection.judge(look, history: &history, text: &text, signups: &signups, flags: &batch)
        }
        slowest = max(slowest, time)
        flags += batch.flags.count

        guard try ActorHistory(decoding: history.encoded()) == history,
            try TextSightings(decoding: text.sightings.encoded()) == text.sightings,
            try AddressSignups(decoding: signups.encoded()) == signups
        else { throw Unfaithful() }
        users[actor] = history
        if let kind { texts[kind] = text.sightings }
        for place in text.changedBands { bands[words[place]] = text.bands[place] }
        if let address = look.signupAddress { self.signups[address] = signups }
        if users.count > 500 { users.removeAll() }
        if texts.count > 5_000 { (texts, bands) = ([:], [:]) }
    }

    /// A state does not come back as it was written.
    struct Unfaithful: Error {}

    private mutating func chance(_ part: Double) -> Bool { Double.random(in: 0..<1, using: &random) < part }

    /// The state with some bytes changed, where it can still be read.
    private mutating func damage<State>(_ bytes: [UInt8], _ read: ([UInt8]) throws -> State) -> State? {
        let state = try? read(mutated(bytes))
        if state != nil { damaged += 1 }
        return state
    }

    private mutating func entry() -> LogEntry {
        count += 1
        let kinds = ["content", "message", "signup", "login", "read", "x"]
        var event = LogEntry.Logged(kind: kinds.randomElement(using: &random)!)
        if chance(0.95) { event.user = chance(0.9) ? [UInt8.random(in: 0..<40, using: &random)] : bytes(0...256) }
        if chance(0.5) { event.ip = address() }
        if chance(0.8) { event.text = text() }
        if chance(0.3) { event.created = time() }
        if chance(0.2) { event.fields["username"] = chance(0.5) ? text() : bytes(0...40) }
        if chance(0.2) { event.fields["email"] = (chance(0.5) ? text() : []) + Array("@mail.example".utf8) }
        event.wasLimited = chance(0.1)
        let position = LogPosition(milliseconds: 1, sequence: chance(0.9) ? count : random.next())
        if chance(0.02) {
            return LogEntry(
                position: position, at: time(), content: .unblock(Subject(trustedType: "user", id: event.user ?? [1])))
        }
        return LogEntry(position: position, at: time(), content: .event(event))
    }

    private mutating func time() -> Int64 {
        switch UInt8.random(in: 0..<20, using: &random) {
        case 0: return Int64(bitPattern: random.next())
        case 1: return [.min, .max, 0, -1, 9_007_199_254_740_991].randomElement(using: &random)!
        case 2: clock &+= Int64.random(in: -86_400_000...864_000_000, using: &random)
        case 3...8: clock &+= 60_000
        default: clock &+= Int64.random(in: 0...100_000, using: &random)
        }
        return clock
    }

    private mutating func address() -> [UInt8] {
        switch UInt8.random(in: 0..<4, using: &random) {
        case 0: bytes(0...45)
        case 1: Array("2001:db8::\(UInt8.random(in: 0...255, using: &random))".utf8)
        default: Array("203.0.113.\(UInt8.random(in: 0...255, using: &random))".utf8)
        }
    }

    private mutating func text() -> [UInt8] {
        let old = corpus.randomElement(using: &random)!
        let text = chance(0.2) ? bytes(0...3_000) : mutated(old)
        if chance(0.05) {
            if corpus.count < 200 {
                corpus.append(text)
            } else {
                corpus[Int.random(in: 0..<200, using: &random)] = text
            }
        }
        return text
    }

    private mutating func bytes(_ count: ClosedRange<Int>) -> [UInt8] {
        random.bytes(count, bias: "aeiou \n\t()[]{}*+?\\|^$.0O1l!@\u{0301}\u{200B}\u{1F600}аеіо")
    }

    /// A few bytes changed, taken out, put in or repeated, as fuzzers do.
    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch UInt8.random(in: 0..<5, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.remove(at: at)
            case 3: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
            default:
                let end = min(bytes.count, at + Int.random(in: 1...64, using: &random))
                if bytes.count < 8_192 { bytes.insert(contentsOf: Array(bytes[at..<end]), at: at) }
            }
        }
        return bytes
    }

    /// Policies, lists and recordings with damage.
    mutating func damageDocument(_ document: [UInt8]) -> [UInt8] {
        var bytes = document
        for _ in 0..<Int.random(in: 1...4, using: &random) { bytes = mutated(bytes) }
        return bytes
    }
}
