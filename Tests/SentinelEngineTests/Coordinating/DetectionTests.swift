import Testing

@testable import SentinelCore
@testable import SentinelEngine

struct DetectionTests {
    /// A coordinator without Redis: its histories are stored with each commit, and a crash goes back to the last one.
    private struct Desk {
        var detection = Detection(policy: .standard)
        var users: [Subject: [UInt8]] = [:]
        var texts: [UInt64: [UInt8]] = [:]
        var bands: [UInt64: [UInt8]] = [:]
        var addresses: [Subject: [UInt8]] = [:]

        /// The flags of some entries; what was learnt is stored.
        mutating func judge(_ entries: ArraySlice<LogEntry>) throws -> [Flag] {
            var flags: [Flag] = []
            for entry in entries {
                let look = detection.look(at: entry)
                var history = try look.actor.flatMap { users[$0] }.map { try ActorHistory(decoding: $0) } ?? .init()
                let words = look.bands?.words ?? []
                let states = try words.map { try bands[$0].map { try TextBandState(decoding: $0) } ?? .init() }
                let texts = self.texts
                let stored = { (hash: UInt64) in texts[hash].flatMap { try? TextSightings(decoding: $0) } }
                let kind = detection.kind(of: look, among: states, sightings: stored)
                var text = TextHistory(sightings: kind.flatMap(stored) ?? .init(), bands: states)
                var batch = FlagBatch()
                let known = look.signupAddress.flatMap { addresses[$0] }
                var signups = try known.map { try AddressSignups(decoding: $0) } ?? .init()
                detection.judge(look, history: &history, text: &text, signups: &signups, flags: &batch)
                if let address = look.signupAddress { addresses[address] = signups.encoded() }
                flags += batch.flags
                if let actor = look.actor { users[actor] = history.encoded() }
                if let kind { self.texts[kind] = text.sightings.encoded() }
                for place in text.changedBands { bands[words[place]] = text.bands[place].encoded() }
            }
            return flags
        }
    }

    private let log: [LogEntry] = KnownAbuse(events: 1400, seed: 11).items.enumerated().compactMap { place, item in
        guard case .event(let event) = item, let at = event.at else { return nil }
        var logged = LogEntry.Logged(kind: event.kind)
        logged.user = event.user
        logged.ip = event.ip
        logged.text = event.text
        return LogEntry(
            position: LogPosition(milliseconds: 1000, sequence: UInt64(place)), at: at, content: .event(logged))
    }

    @Test
    func `one log gives the same flags each time, however often its reading breaks off`() throws {
        var steady = Desk()
        let expected = try steady.judge(log[...])
        #expect(expected.count > 10)

        for seed in 0..<3 {
            var random = SeededGenerator(seed: UInt64(seed))
            var desk = Desk()
            var flags: [Flag] = []
            var cursor = 0
            while cursor < log.count {
                // Work that is lost in a crash, then the same again.
                var doomed = desk
                _ = try doomed.judge(log[cursor..<min(log.count, cursor + random.index(below: 200))])
                let next = min(log.count, cursor + 1 + random.index(below: 150))
                flags += try desk.judge(log[cursor..<next])
                cursor = next
            }
            #expect(flags == expected)
            #expect(desk.users == steady.users)
            #expect(desk.texts == steady.texts)
            #expect(desk.bands == steady.bands)
        }
    }

    @Test
    func `entries that were applied before change no history and give the same flags again`() throws {
        var desk = Desk()
        for start in stride(from: 0, to: log.count - 1, by: 20) {
            let part = log[start..<min(start + 1, log.count)]
            let first = try desk.judge(part)
            let (users, texts, bands) = (desk.users, desk.texts, desk.bands)
            #expect(try desk.judge(part) == first)
            #expect(desk.users == users)
            #expect(desk.texts == texts)
            #expect(desk.bands == bands)
        }
    }
}
