import Testing

@testable import SentinelCore

struct DuplicateContentTests {
    private let start: Int64 = 1_700_000_000_000
    private let day: Int64 = 86_400_000

    /// A text whose sketch differs from that of the text 0 in so many of 64 bins: a similarity of 1 − changed ÷ 48.
    private func text(_ hash: UInt64, changed: Int = 0, letters: UInt16 = 30) -> Fingerprint {
        Fingerprint(
            hash: hash, sketch: TextSketch(low: (1 << UInt64(changed)) - 1, high: 0), letters: letters)
    }

    /// All that is known of texts, in memory.
    private final class Memory {
        var detector = DuplicateContent()
        var texts: [UInt64: TextSightings] = [:]
        var bands = [TextBandState()]
        var position: UInt64 = 0

        /// Posts, and says who is flagged: the author, `campaign`, or accounts by name.
        func post(_ text: Fingerprint, by user: String, at time: Int64, isRegular: Bool = false) -> [String] {
            position += 1
            let kind = detector.kind(of: text, at: time, among: bands) { texts[$0] }
            var sightings = texts[kind] ?? TextSightings()
            let place = LogPosition(milliseconds: 1, sequence: position)
            let user = Array(user.utf8)
            _ = detector.note(text, by: user, isRegular: isRegular, at: time, position: place, in: &sightings)
            _ = bands[0].note(kind, at: time, standing: sightings.standing)
            texts[kind] = sightings
            return detector.findings(text, by: user, at: time, position: place, in: sightings).map { party, _ in
                switch party {
                case .author: "author"
                case .campaign(let hash): "campaign \(hash)"
                case .account(let id): String(decoding: id, as: UTF8.self)
                }
            }
        }
    }

    @Test func `only who copies is flagged, with who was there before`() throws {
        let detector = DuplicateContent()
        var sightings = TextSightings()
        let positions = (1...2).map { LogPosition(milliseconds: 1, sequence: $0) }
        let (first, copy) = (Array("first".utf8), Array("copy%".utf8))
        let isAlone = detector.note(
            text(77), by: first, isRegular: false, at: start, position: positions[0], in: &sightings)
        #expect(isAlone)
        #expect(detector.findings(text(77), by: first, at: start, position: positions[0], in: sightings).isEmpty)
        let isStillAlone = detector.note(
            text(77), by: copy, isRegular: false, at: start + 1, position: positions[1], in: &sightings)
        #expect(!isStillAlone)
        let findings = detector.findings(text(77), by: copy, at: start + 1, position: positions[1], in: sightings)
        try #require(findings.count == 1)
        #expect(findings[0].party == .author)
        #expect(findings[0].finding.rule == "duplicate_content")
        #expect(findings[0].finding.description == "posted a text that another user has posted within 24 h")
        #expect(findings[0].finding.evidence["accounts_named"] == .array([.string("first")]))
        #expect(findings[0].finding.evidence["similarity"] == .double(1))
        // The same post taken in again changes nothing.
        let before = sightings
        _ = detector.note(text(77), by: copy, isRegular: false, at: start + 1, position: positions[1], in: &sightings)
        #expect(sightings == before)
    }

    @Test func `a copy counts within a day, and two thirds of similarity are no copy`() {
        var memory = Memory()
        #expect(memory.post(text(1), by: "a", at: start) == [])
        // Two of 64 bins differ: 1 − 2 ÷ 48 = 0.958; three: 0.9375.
        #expect(memory.post(text(2, changed: 3), by: "b", at: start) == [])
        memory = Memory()
        _ = memory.post(text(1), by: "a", at: start)
        #expect(memory.post(text(2, changed: 2), by: "b", at: start + day - 1) == ["author"])
        memory = Memory()
        _ = memory.post(text(1), by: "a", at: start)
        #expect(memory.post(text(1), by: "b", at: start + day) == [])
    }

    @Test func `the third account makes a campaign, which flags the first two once`() {
        let memory = Memory()
        #expect(memory.post(text(1), by: "a", at: start) == [])
        #expect(memory.post(text(2, changed: 20), by: "b", at: start + day) == [])
        #expect(memory.post(text(3, changed: 28), by: "c", at: start + 2 * day) == ["author", "campaign 1", "a", "b"])
        #expect(memory.post(text(4, changed: 10), by: "d", at: start + 50 * day) == ["author", "campaign 1"])
        #expect(memory.post(text(1), by: "a", at: start + 51 * day) == ["author", "campaign 1"])
        #expect(Set(memory.texts.keys) == [1])
    }

    @Test func `a text that is too different begins a kind of its own, and a kind does not drift`() {
        let memory = Memory()
        _ = memory.post(text(1), by: "a", at: start)
        // 1 − 28 ÷ 48 = 0.417; 1 − 29 ÷ 48 = 0.396.
        #expect(memory.post(text(2, changed: 28), by: "b", at: start) == [])
        #expect(memory.post(text(3, changed: 29), by: "c", at: start) == [])
        #expect(Set(memory.texts.keys) == [1, 3])
        // Now the nearer of two.
        _ = memory.post(text(4, changed: 25), by: "d", at: start)
        #expect(memory.texts[3]?.authors.count == 2)
    }

    @Test func `one author's text is remembered for two weeks, several authors' for two months`() {
        let memory = Memory()
        _ = memory.post(text(1), by: "a", at: start)
        _ = memory.post(text(1), by: "b", at: start + 14 * day)
        #expect(memory.texts[1]?.authors.count == 1)
        _ = memory.post(text(1), by: "c", at: start + 15 * day)
        _ = memory.post(text(1), by: "d", at: start + 73 * day)
        #expect(memory.texts[1]?.authors.count == 3)
        #expect(memory.texts[1]?.formed != nil)
        _ = memory.post(text(1), by: "e", at: start + 200 * day)
        #expect(memory.texts[1]?.formed == nil)
        #expect(memory.texts[1]?.count == 1)
    }

    @Test func `regulars quote one another, but not by the dozen`() {
        let memory = Memory()
        for number in 1...8 {
            #expect(memory.post(text(1), by: "r\(number)", at: start, isRegular: true) == [])
        }
        // The ninth makes it a campaign; who posts it a second time then is no longer quoting.
        #expect(memory.post(text(1), by: "r9", at: start, isRegular: true) == [])
        #expect(memory.texts[1]?.formed != nil)
        #expect(memory.post(text(1), by: "r10", at: start, isRegular: true) == [])
        #expect(memory.post(text(1), by: "r1", at: start, isRegular: true) == ["author", "campaign 1"])
        #expect(memory.post(text(1), by: "new", at: start) == ["author", "campaign 1"])
    }

    @Test func `nonsense times and foreign states never trap`() {
        var random = SplitMix(seed: 2)
        let memory = Memory()
        for step in 0..<3_000 {
            let time = [Int64.min, .max, 0, start, Int64(bitPattern: random.next())].randomElement(using: &random)!
            let changed = Int.random(in: 0...63, using: &random)
            _ = memory.post(
                text(UInt64(changed) + 1, changed: changed), by: "\(step % 90)", at: time,
                isRegular: Bool.random(using: &random))
        }
        #expect(memory.texts.values.allSatisfy { $0.authors.count <= TextSightings.capacity })
    }
}
