import Testing

@testable import SentinelCore

struct ActivityTests {
    private static let day: Int64 = 86_400_000
    private static let start: Int64 = 20_000 * day

    private static func entry(_ place: UInt64, at time: Int64 = start, kind: String = "message") -> ActivityEntry {
        ActivityEntry(position: LogPosition(milliseconds: place, sequence: 0), at: time, kind: kind)
    }

    @Test func `days, peers and totals are counted, and no entry twice`() {
        var activity = Activity()
        var first = Self.entry(1)
        first.tokens = 5
        let isNew = [
            activity.add(first, isPost: true, peer: [1], created: 77),
            activity.add(first, isPost: true, peer: [1], created: nil),
        ]
        #expect(isNew == [true, false])
        var second = Self.entry(2, at: Self.start + Self.day)
        second.isRefused = true
        second.isAnonymous = true
        _ = activity.add(second, isPost: true, peer: [2], created: nil)
        _ = activity.add(Self.entry(3, at: Self.start + Self.day), isPost: false, peer: nil, created: nil)
        let all = activity.totals(at: Self.start + Self.day, days: 2)
        #expect([all.events, all.messages, all.refused, all.tokens] == [3, 2, 1, 5])
        #expect(activity.totals(at: Self.start + Self.day, days: 1).events == 2)
        #expect(activity.span(at: Self.start + Self.day, days: 30) == 2)
        #expect(activity.created == 77)
        #expect(activity.peers.map(\.isAnonymous) == [false, true])
        #expect((activity.first, activity.last) == (Self.start, Self.start + Self.day))
    }

    @Test func `it stays bounded whoever comes, and forgets who came first`() {
        var activity = Activity()
        for place in 1...1000 {
            let time = Self.start + Int64(place) * Self.day
            _ = activity.add(
                Self.entry(UInt64(place), at: time), isPost: true, peer: Array("u\(place)".utf8), created: nil)
        }
        #expect(activity.days.count == Activity.mostDays)
        #expect(activity.peers.count == Activity.mostPeers)
        #expect(activity.isCrowded)
        #expect(activity.peers.contains { $0.id == Array("u1000".utf8) })
        #expect(activity.encoded().count < 600)
    }

    @Test func `what is stored comes back the same, and foreign bytes throw`() throws {
        var activity = Activity()
        for place in 1...40 {
            _ = activity.add(
                Self.entry(UInt64(place), at: Self.start - Int64(place) * 7_000_000_000), isPost: place % 2 == 0,
                peer: [UInt8(place)], created: place == 3 ? Int64.min : nil)
        }
        let bytes = activity.encoded()
        #expect(try Activity(decoding: bytes) == activity)
        for length in bytes.indices {
            #expect(throws: StateDecodingError.self) { try Activity(decoding: Array(bytes[..<length])) }
        }
        #expect(throws: StateDecodingError.self) { try Activity(decoding: bytes + [0]) }
    }

    @Test func `two spans merge to what one would have`() {
        var whole = Activity()
        var early = Activity()
        var late = Activity()
        for place in 1...30 {
            let entry = Self.entry(UInt64(place), at: Self.start + Int64(place) * 10_000_000)
            _ = whole.add(entry, isPost: true, peer: [UInt8(place % 5)], created: Int64(place))
            if place <= 15 {
                _ = early.add(entry, isPost: true, peer: [UInt8(place % 5)], created: Int64(place))
            } else {
                _ = late.add(entry, isPost: true, peer: [UInt8(place % 5)], created: Int64(place))
            }
        }
        early.merge(late)
        #expect(early.days == whole.days)
        #expect(early.events == 30)
        #expect(early.created == 30)
        #expect(Set(early.peers.map(\.last)) == Set(whole.peers.map(\.last)))
    }

    @Test func `an entry comes back the same, and foreign bytes throw`() throws {
        var event = LogEntry.Logged(kind: "message")
        event.user = [0, 255]
        event.ip = Array("203.0.113.7".utf8)
        event.fields = ["object": [7]]
        event.text = Array("abcé".utf8)
        event.isAnonymous = true
        event.wasLimited = true
        event.tokens = 9
        event.flags = [("a", 1), ("b", 2)]
        let logged = LogEntry(position: LogPosition(milliseconds: 5, sequence: 6), at: -1, content: .event(event))
        let entry = try #require(ActivityEntry(logged, textBytes: 4))
        #expect(entry.text == Array("abc".utf8))
        #expect(ActivityEntry(logged, textBytes: 5)?.text == event.text)
        #expect(ActivityEntry(logged, textBytes: 0)?.text == nil)
        let bytes = entry.encoded()
        #expect(try ActivityEntry(decoding: bytes) == entry)
        for length in bytes.indices {
            #expect(throws: StateDecodingError.self) { try ActivityEntry(decoding: Array(bytes[..<length])) }
        }
    }

    @Test func `shelves follow each other, and a field names one subject`() throws {
        var timeline = Policy.Timeline()
        timeline.keep = .seconds(4 * 86_400)
        let subject = try Subject(printable: "user:a")
        #expect(ActivityShelf.spans(from: 0, to: Self.day, timeline) == 0...1)
        #expect(ActivityShelf.span(of: -1, timeline) == -1)
        #expect(ActivityShelf.spans(from: .min, to: 0, timeline) == -5...0)
        // By hand: ((u · 31 + s) · 31 + e) …, modulo 65,521 at each step, is 16,811.
        #expect(ActivityShelf(of: subject, at: 0, timeline).bucket == 3)
        #expect(ActivityShelf(of: subject, span: -3).name == "e:#-3:3")
        #expect(ActivityShelf.Field.activity.bytes([9]) == [0, 0, 9])
        #expect(ActivityShelf.Field.entry(255).bytes([9]) == [1, 0, 9])
    }
}
