import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct SummaryCommandTests {
    private static let time: Int64 = 1_760_000_000_000

    /// Stores what a coordinator would have of `user:m`: two flags of 0.6 and 0.5, and 50 messages of one day.
    private func store(_ sentinel: Installation) async throws {
        var suspicion = Suspicion()
        for (rule, weight) in [("duplicate_content", 0.6), ("bot_behavior", 0.5)] {
            suspicion.add(
                [
                    .init(
                        rule: rule, module: rule == "bot_behavior" ? .automation : .spam, severity: .high,
                        weight: weight, at: Self.time)
                ], decay: .init(of: .standard))
        }
        var history = ActorHistory()
        for _ in 0..<50 {
            history.posts.append(at: Self.time)
            history.posts.tally.add(at: Self.time, isRefused: false)
        }
        let user = try Subject(printable: "user:m")
        let keys = sentinel.calls.keys
        _ = try await sentinel.calls.client.call("SET", keys.suspicion(user), suspicion.encoded())
        _ = try await sentinel.calls.client.call("SET", keys.history(user), history.encoded())
    }

    @Test func `a summary tells scores, risk, activity, incidents and the block`() async throws {
        try await withInstallation { sentinel in
            try await store(sentinel)
            try await sentinel.raise("bot_behavior", "user:m", event: Int(Self.time), evidence: #"{"cv":0.01}"#)
            _ = try sentinel.sentinel("block", "add", "user:m", "--duration", "1h")
            let at = "\(Self.time)"
            let json = try sentinel.sentinel("summary", "user:m", "--at", at, "-o", "json").json
            #expect(json["score"] == .double(0.8))
            #expect(json["modules"]?["spam"] == .double(0.6))
            #expect(json["risk_level"] == .string("medium"))
            #expect(json["is_suspicious"] == .bool(true))
            #expect(
                json["suspicion_reasons"] == .array([.string("averages 50.0 messages a day (more than 40)")]))
            #expect(json["messages"] == .int(50))
            #expect(json["is_blocked"] == .bool(true))
            #expect((json["block_remaining_ms"]?.integer ?? 0) > 3_500_000)
            #expect(json["open_incidents"] == .array([.string("i0-1 bot_behavior")]))
            // A day later every weight is half of what it was: 1 - 0.7 * 0.75.
            let later = try sentinel.sentinel(
                "summary", "user:m", "--at", "\(Self.time + 86_400_000)", "-o", "json"
            ).json
            #expect(later["score"] == .double(0.475))
            #expect(later["risk_level"] == .string("low"))

            let page = try sentinel.sentinel("explain", "user:m", "--at", at).output
            #expect(page.hasPrefix("user:m: medium risk, score 0.8\n"))
            #expect(page.contains("suspicious: averages 50.0 messages a day (more than 40)\n"))
            #expect(page.contains("user:m is blocked for "))
            #expect(page.contains("duplicate_content  spam"))
            #expect(page.contains("i0-1 bot_behavior: seen\n  {\"cv\":0.01}\n"))
            let explained = try sentinel.sentinel("explain", "user:m", "--at", at, "-o", "json").json
            #expect(explained["reasons"]?.array.map { $0["weight"] } == [.double(0.6), .double(0.5)])
            #expect(explained["incidents"]?.array.first?["evidence"]?["cv"] == .double(0.01))
        }
    }

    @Test func `an address is blocked by the network around it`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "net:203.0.113.0/24", "--duration", "permanent")
            let json = try sentinel.sentinel("summary", "203.0.113.7", "-o", "json").json
            #expect(json["is_blocked"] == .bool(true))
            #expect(json["block_remaining_ms"] == .null)
            #expect(
                try sentinel.sentinel("explain", "203.0.113.7").output.contains("203.0.113.0/24 is blocked for good"))
        }
    }

    @Test func `of somebody unknown nothing is said, with code 4`() async throws {
        try await withInstallation { sentinel in
            for command in ["summary", "explain"] {
                let answer = try sentinel.run([command, "user:nobody"])
                #expect(answer.code == 4)
                #expect(answer.errors.hasPrefix("sentinel: nothing is known of user:nobody\n"))
            }
            #expect(try sentinel.sentinel("summary").code == 2)
        }
    }
}
