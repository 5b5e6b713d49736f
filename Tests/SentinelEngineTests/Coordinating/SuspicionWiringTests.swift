import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

/// Scores by the way through Redis and the coordinator.
struct SuspicionWiringTests {
    private let start: Int64 = 1_760_000_000_000

    /// The stored suspicions, by key.
    private func stored(_ stage: Stage) async throws -> [String: Suspicion] {
        var suspicions: [String: Suspicion] = [:]
        for key in try await stage.calls.client.call("KEYS", "stage:{0}:x:*").array {
            let bytes = try await stage.calls.client.call("GET", key.bytes).bytes
            suspicions[try key.string] = try Suspicion(decoding: bytes)
        }
        return suspicions
    }

    @Test
    func `the same log gives the same scores in batches of any size, and they count what the incidents count`()
        async throws
    {
        let known = KnownAbuse(events: 1400, seed: 7)
        var first: [String: Suspicion]?
        for (batch, cache) in [(512, 50_000), (64, 1), (3, 1)] {
            try await Stage.with { stage in
                // All of it before the coordinator starts: when a block falls must not depend on its pace.
                try await stage.feed(known.items)
                let task = stage.coordinator(batch: batch, cache: cache)
                try await stage.settle()
                let outcome = try await Outcome(stage.calls)
                // Positions are of Redis' clock, and differ from run to run.
                let all = try await stored(stage).mapValues { suspicion in
                    var suspicion = suspicion
                    suspicion.lastEntry = .start
                    return suspicion
                }
                #expect(Set(all.keys) == Set(outcome.incidents.keys.map { "stage:{0}:x:\($0.subject)" }))
                for (incident, counts) in outcome.incidents {
                    let reasons = all["stage:{0}:x:\(incident.subject)"]?.reasons
                    let flags = reasons?.first { $0.rule == incident.rule }?.flags
                    #expect(flags == UInt64(counts.reduce(0, +)), "\(incident)")
                }
                #expect(first ?? all == all)
                first = all
                task.cancel()
                _ = await task.value
            }
        }
    }

    @Test
    func `a score rule blocks on what other rules add up to, and an unblocking starts anew`() async throws {
        var policy = Policy(rules: [
            Rule("copied", .spam, .high, .report, then: .init(score: 0.6)),
            Rule("hasty", .spam, .medium, .report, then: .init(score: 0.5)),
            Rule(
                "suspected", .spam, .high, .score(.init(atLeast: 0.75)),
                then: .init(block: .init(for: .seconds(600)))),
        ])
        policy.postKinds = ["message"]
        try await Stage.with(policy: policy) { stage in
            func report(_ type: String, _ place: Int64) async throws {
                _ = try await stage.calls.call(
                    "sentinel_report", ["type", type, "user", "m", "at", start + place * 1000])
                try await stage.settle()
            }
            let task = stage.coordinator()
            try await report("copied", 1)
            #expect(try await !stage.isBlocked("m"))
            try await report("hasty", 2)
            #expect(try await stage.isBlocked("m"))
            var summary = try await stage.calls.summary(
                of: Subject(type: "user", id: Array("m".utf8)), at: start + 2000, policy: policy)
            #expect(summary.assessment.score.hundredths == 0.8)
            #expect(summary.openIncidents.map(\.rule).sorted() == ["copied", "hasty", "suspected"])
            #expect(summary.block?.value.rule == "suspected")

            _ = try await stage.calls.call("sentinel_unblock", ["subject", "user:m", "at", start + 3000])
            try await report("hasty", 4)
            #expect(try await !stage.isBlocked("m"))
            summary = try await stage.calls.summary(
                of: Subject(type: "user", id: Array("m".utf8)), at: start + 4000, policy: policy)
            #expect(summary.assessment.score.hundredths == 0.5)
            #expect(summary.openIncidents.map(\.rule) == ["hasty"])
            #expect(summary.block == nil)
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `the flag of a score rule is none more toward three open flags`() async throws {
        let policy = Policy(rules: [
            Rule("copied", .spam, .high, .report, then: .init(score: 0.6)),
            Rule("hasty", .spam, .medium, .report, then: .init(score: 0.5)),
            Rule("odd", .spam, .low, .report),
            Rule("suspected", .spam, .high, .score(.init(atLeast: 0.5))),
        ])
        try await Stage.with(policy: policy) { stage in
            let task = stage.coordinator()
            for (place, type) in ["copied", "hasty", "odd"].enumerated() {
                #expect(try await !stage.isBlocked("m"))
                _ = try await stage.calls.call(
                    "sentinel_report", ["type", type, "user", "m", "at", start + Int64(place) * 1000])
                try await stage.settle()
            }
            #expect(try await stage.isBlocked("m"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a stored suspicion that cannot be read starts anew and is said`() async throws {
        try await Stage.with { stage in
            _ = try await stage.calls.client.call("SET", "stage:{0}:x:user:clock", "\u{7}nonsense")
            try await stage.feed(stage.posts(10, by: "clock", from: start))
            let task = stage.coordinator()
            try await stage.settle()
            #expect(stage.journal.contain("1 suspicions were not readable"))
            #expect(try await stored(stage)["stage:{0}:x:user:clock"]?.reasons.map(\.rule) == ["bot_behavior"])
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `messages and refused ones are told of an actor without any flag`() async throws {
        try await Stage.with { stage in
            let user = try Subject(type: "user", id: Array("chatty".utf8))
            var items: [KnownAbuse.Item] = []
            for place in Int64(0)..<15 {
                items.append(
                    .event(Event(at: start + place, kind: "message", user: user.id, text: Array("text \(place)".utf8))))
            }
            try await stage.feed(items)
            let task = stage.coordinator()
            try await stage.settle()
            let summary = try await stage.calls.summary(of: user, at: start, policy: .standard)
            // Ten a minute are let by.
            #expect(summary.assessment.activity == .init(messages: 15, refused: 5, days: 1))
            #expect(summary.assessment.suspicionReasons.count == 1)
            #expect(summary.posts == 15)
            task.cancel()
            _ = await task.value
        }
    }
}
