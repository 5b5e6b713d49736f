import SentinelCore

/// A coordinator without Redis for the text detectors: all that is known of users and texts, in memory.
struct TextDesk {
    private var detection = Detection(policy: TextDesk.policy)
    private var users: [Subject: PostHistory] = [:]
    private var texts: [UInt64: TextSightings] = [:]
    private var bands: [UInt64: TextBandState] = [:]
    private var count: UInt64 = 0

    /// The built-in rules about texts.
    private static let policy: Policy = {
        var policy = Policy.standard
        policy.rules.removeAll { !["duplicate_content", "repetitive_messages"].contains($0.id) }
        return policy
    }()

    mutating func look(at text: [UInt8], by author: [UInt8], at time: Int64) -> Detection.Look {
        count += 1
        var logged = LogEntry.Logged(kind: "message")
        logged.user = author
        logged.text = text
        let position = LogPosition(milliseconds: 1, sequence: count)
        return detection.look(at: LogEntry(position: position, at: time, content: .event(logged)))
    }

    mutating func judge(_ look: Detection.Look) -> [Flag] {
        guard let actor = look.actor else { return [] }
        let words = look.bands?.words ?? []
        let states = words.map { bands[$0] ?? TextBandState() }
        let kind = detection.kind(of: look, among: states) { texts[$0] }
        var text = TextHistory(sightings: kind.flatMap { texts.removeValue(forKey: $0) } ?? .init(), bands: states)
        var history = users.removeValue(forKey: actor) ?? PostHistory()
        var flags = FlagBatch()
        detection.judge(look, history: &history, text: &text, flags: &flags)
        users[actor] = history
        if let kind { texts[kind] = text.sightings }
        for place in text.changedBands { bands[words[place]] = text.bands[place] }
        return flags.flags
    }
}
