/// All that the coordinator knows of one actor: posts, and habits and whereabouts where a rule asks for them.
///
/// Bounded: its parts are. Each part takes in a log entry once, by its own `lastEntry`.
package struct ActorHistory: Sendable, Equatable {
    package var posts = PostHistory()
    /// Nil until a rule asks.
    package var baseline: Baseline?
    package var trail: AddressTrail?

    package init() {}

    /// Forgets the evidence up to this time. Habits are no evidence: they stay.
    package mutating func reset(at time: Int64, _ position: LogPosition) {
        posts.reset(at: time)
        guard let trail, trail.lastEntry < position else { return }
        var fresh = AddressTrail()
        fresh.lastEntry = position
        self.trail = fresh
    }
}

extension ActorHistory {
    private static let version: UInt8 = 1
    /// Bytes of a part: more than any of them ever has.
    private static let partLength = 8192

    /// Version, then each part with its length; an absent one has none.
    package func encoded() -> [UInt8] {
        let parts = [posts.encoded(), baseline?.encoded() ?? [], trail?.encoded() ?? []]
        var writer = StateWriter(version: Self.version, capacity: parts.reduce(8) { $0 + $1.count })
        for part in parts { writer.run(part) }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        posts = try PostHistory(decoding: try reader.run(atMost: Self.partLength))
        let habits = try reader.run(atMost: Self.partLength)
        let stays = try reader.run(atMost: Self.partLength)
        try reader.finish()
        if !habits.isEmpty { baseline = try Baseline(decoding: habits) }
        if !stays.isEmpty { trail = try AddressTrail(decoding: stays) }
    }
}
