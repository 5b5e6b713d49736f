import SentinelCore

/// A coordinator without Redis: the pure path of an event, with all that is known of users and texts in memory.
struct Desk {
    private var detection: Detection
    private var actors: [Subject: ActorHistory] = [:]
    private var addresses: [Subject: AddressSignups] = [:]
    private var texts: [UInt64: TextSightings] = [:]
    private var bands: [UInt64: TextBandState] = [:]

    init(policy: Policy) {
        detection = Detection(policy: policy)
    }

    mutating func look(at entry: LogEntry) -> Detection.Look { detection.look(at: entry) }

    mutating func judge(_ look: Detection.Look, flags: inout FlagBatch) {
        let owner = look.historyOwner
        let words = look.actor == nil ? [] : look.bands?.words ?? []
        let states = words.map { bands.removeValue(forKey: $0) ?? TextBandState() }
        let kind = detection.kind(of: look, among: states) { texts[$0] }
        var text = TextHistory(sightings: kind.flatMap { texts.removeValue(forKey: $0) } ?? .init(), bands: states)
        var history = owner.flatMap { actors.removeValue(forKey: $0) } ?? ActorHistory()
        var signups = look.signupAddress.flatMap { addresses.removeValue(forKey: $0) } ?? AddressSignups()
        detection.judge(look, history: &history, text: &text, signups: &signups, flags: &flags)
        if let owner { actors[owner] = history }
        if let address = look.signupAddress { addresses[address] = signups }
        if let kind { texts[kind] = text.sightings }
        for (word, state) in zip(words, text.bands) { bands[word] = state }
    }
}

extension Policy {
    /// The default policy with only some of its rules.
    static func standard(where isIncluded: (Rule) -> Bool) -> Policy {
        var policy = Policy.standard
        policy.rules.removeAll { !isIncluded($0) }
        return policy
    }
}
