import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

/// What people see of a subject, by the way through Redis and the coordinator.
struct TimelineTests {
    private let ada = Subject(type: "user", "ada")
    private let address = Subject(type: "ip", "203.0.113.7")

    /// Three messages of ada's and one of a guest, at one address, on the clock of Redis.
    private static func record(_ stage: Stage) async throws {
        for (place, user) in ["ada", "ada", "ada", "guest"].enumerated() {
            var event = Event(
                kind: "message", user: Array(user.utf8), ip: Array("203.0.113.7".utf8), text: Array("hello".utf8))
            event.anonymous = user == "guest"
            event.tokens = 10
            event.object = Array("room\(place % 2)".utf8)
            event.created = 1_700_000_000_000
            _ = try await stage.calls.record(event)
        }
        try await stage.settle()
    }

    private static func with(policy: Policy = .standard, _ body: (Stage) async throws -> Void) async throws {
        try await Stage.with(policy: policy) { stage in
            let task = stage.coordinator()
            try await record(stage)
            try await body(stage)
            task.cancel()
            _ = await task.value
        }
    }

    @Test func `a timeline has events, incidents and changes, and its pages follow each other`() async throws {
        try await Self.with { stage in
            let calls = stage.calls
            let now = try await calls.now()
            _ = try await calls.call(
                "sentinel_raise",
                [
                    "rule", "off_topic_spam", "subject", "user:ada", "event", "\(now)-0", "at", now, "user", "ada",
                    "ip",
                    "203.0.113.7",
                ])
            _ = try await calls.review(["i0-1"], as: .confirmed, by: "admin:x", note: "seen")
            _ = try await calls.block(
                ada, for: .seconds(60), action: .block, reason: .spam, by: "admin:x", note: "enough")
            let all = try await calls.timeline(of: ada, days: 30, limit: 100, policy: stage.policy)
            #expect(all.items.map(\.type).sorted() == ["block", "event", "event", "event", "incident", "review"])
            #expect(all.items.map(\.at) == all.items.map(\.at).sorted(by: >))
            #expect(all.events == 3)
            #expect(all.conversations == 2)
            #expect(all.analysis.messages == 3)
            #expect(all.analysis.incidents == 1)
            #expect(all.block?.value.reason == "SPAM")
            let event = try #require(all.items.last)
            #expect((event.text, event.user, event.ip, event.verdict) == ("hello", "ada", "203.0.113.7", "allow"))
            #expect(all.items.first { $0.type == "review" }?.description == "reviewed as confirmed")
            #expect(all.items.first { $0.type == "block" }?.note == "enough")

            var paged: [TimelineItem] = []
            var cursor: String?
            repeat {
                let page = try await calls.timeline(of: ada, days: 30, limit: 2, after: cursor, policy: stage.policy)
                paged += page.items
                cursor = page.next
            } while cursor != nil
            #expect(paged == all.items)

            let there = try await calls.timeline(of: address, days: 30, limit: 100, policy: stage.policy)
            #expect(there.items.count { $0.type == "event" } == 4)
            #expect(there.items.contains { $0.type == "incident" && $0.id == "i0-1" })
            #expect(there.items.contains { $0.type == "review" && $0.by == "admin:x" })
            #expect(there.block == nil)
        }
    }

    @Test func `a summary tells age, content, tokens, addresses and accounts`() async throws {
        try await Self.with { stage in
            let user = try await stage.calls.summary(of: ada, policy: stage.policy)
            #expect(user.activity.created == 1_700_000_000_000)
            #expect(user.accountAgeDays == (user.at - 1_700_000_000_000) / 86_400_000)
            #expect((user.postsLastHour, user.postsLastDay, user.posts) == (3, 3, 3))
            #expect(user.activity.totals(at: user.at, days: 1).tokens == 30)
            #expect(user.activity.peers.map(\.id) == [Array("203.0.113.7".utf8)])
            let there = try await stage.calls.summary(of: address, policy: stage.policy)
            #expect(there.isKnown)
            #expect((there.posts, there.assessment.activity.messages) == (4, 4))
            #expect(Set(there.activity.peers.map(\.id)) == [Array("ada".utf8), Array("guest".utf8)])
            #expect(there.activity.peers.count(where: \.isAnonymous) == 1)
        }
    }

    @Test func `the policy says how many events are kept, and how much of their texts`() async throws {
        var policy = Policy.standard
        policy.timeline.entries = 2
        policy.timeline.textBytes = 0
        try await Self.with(policy: policy) { stage in
            let timeline = try await stage.calls.timeline(of: ada, days: 30, limit: 100, policy: policy)
            #expect(timeline.items.count == 2)
            #expect(timeline.items.allSatisfy { $0.text == nil })
            #expect(timeline.events == 3)
            policy.timeline.entries = 0
            #expect(try await stage.calls.timeline(of: ada, days: 30, limit: 100, policy: policy).items.isEmpty)
        }
    }

    @Test func `what was done survives a coordinator's restart, and is counted once`() async throws {
        try await Stage.with { stage in
            for _ in 0..<2 {
                let task = stage.coordinator(batch: 3, cache: 1)
                try await Self.record(stage)
                task.cancel()
                _ = await task.value
            }
            let user = try await stage.calls.summary(of: ada, policy: stage.policy)
            #expect(user.activity.events == 6)
            let timeline = try await stage.calls.timeline(of: ada, days: 1, limit: 100, policy: stage.policy)
            #expect(timeline.items.count == 6)
            #expect(Set(timeline.items.map(\.id)).count == 6)
        }
    }

    @Test func `an IPv6 address is told with its network`() async throws {
        try await Self.with { stage in
            let event = Event(kind: "login", user: Array("b".utf8), ip: Array("2001:db8::1".utf8))
            _ = try await stage.calls.record(event)
            try await stage.settle()
            let other = Subject(type: "ip", "2001:db8::2")
            let timeline = try await stage.calls.timeline(of: other, days: 1, limit: 10, policy: stage.policy)
            #expect(timeline.items.map(\.ip) == ["2001:db8::1"])
            #expect(timeline.events == 1)
        }
    }

    @Test func `suspects are grouped by address or subject, the worst first`() async throws {
        try await Self.with { stage in
            let calls = stage.calls
            let now = try await calls.now()
            func raise(_ rule: String, _ user: String, _ ip: String, _ place: Int) async throws {
                _ = try await calls.call(
                    "sentinel_raise",
                    [
                        "rule", rule, "subject", "user:\(user)", "event", "\(now)-\(place)", "at", now, "user", user,
                        "ip", ip,
                    ])
            }
            try await raise("off_topic_spam", "ada", "203.0.113.7", 1)
            try await raise("duplicate_content", "guest", "203.0.113.7", 2)
            try await raise("malicious_content", "eve", "198.51.100.9", 3)
            try await raise("excessive_tokens", "low", "192.0.2.1", 4)
            _ = try await calls.review(["i0-1"], as: .benign, by: "admin:x", note: nil)
            let byAddress = try await calls.suspects(
                .address, days: 7, severity: .medium, limit: 10, policy: stage.policy)
            #expect(byAddress.suspects.map(\.subject.description) == ["ip:198.51.100.9", "ip:203.0.113.7"])
            #expect(byAddress.total == 2)
            let house = try #require(byAddress.suspects.last)
            #expect((house.incidents, house.critical, house.high, house.unreviewed) == (2, 0, 1, 1))
            #expect((house.registeredUsers, house.anonymousUsers) == (1, 1))
            #expect(house.analysis.messages == 4)
            #expect(Set(house.findings.compactMap(\.participant)) == ["ada", "guest"])
            #expect(byAddress.suspects.first?.analysis.suspicionReasons == ["a critical incident"])
            let bySubject = try await calls.suspects(
                .subject, days: 7, severity: .low, limit: 2, policy: stage.policy)
            #expect(bySubject.suspects.map(\.subject.description) == ["user:eve", "user:guest"])
            #expect(bySubject.suspects.map(\.isBlocked) == [true, false])
            #expect(bySubject.total == 4)
        }
    }

    @Test func `the busiest addresses are told with what they did`() async throws {
        try await Self.with { stage in
            for (ip, count) in [("198.51.100.1", 40), ("198.51.100.2", 20), ("198.51.100.3", 5)] {
                for number in 0..<count {
                    let event = Event(kind: "login", user: Array("\(ip)-\(number % 2)".utf8), ip: Array(ip.utf8))
                    _ = try await stage.calls.record(event)
                }
            }
            try await stage.settle()
            let busy = try await stage.calls.busiest(since: 0, limit: 10, policy: stage.policy)
            #expect(busy.map(\.subject.description) == ["ip:198.51.100.1", "ip:198.51.100.2"])
            #expect(busy.map(\.events) == [40, 20])
            #expect(busy.map(\.perDay) == [40, 20])
            let statistics = try await stage.calls.statistics(since: .max, busiest: 1, policy: stage.policy)
            #expect(statistics.busiest.count == 1)
            #expect(statistics.days.last?.events == 69)
        }
    }
}

extension Subject {
    fileprivate init(type: String, _ id: String) { try! self.init(type: type, id: Array(id.utf8)) }
}
