import SentinelCore
import SentinelEngine
import TestSupport
import Testing

@testable import sentinel

@Suite(.timeLimit(.minutes(1)))
struct TopTests {
    @Test func `the worst subjects come first, and the latest incidents beside them`() async throws {
        try await withInstallation { sentinel in
            try await sentinel.raise("duplicate_content", "user:often", event: 1000)
            try await sentinel.raise("bot_behavior", "user:often", event: 2000)
            try await sentinel.raise("malicious_content", "user:worst", event: 3000)
            try await sentinel.raise("rate_limit_hit", "user:least", event: 4000)
            let result = try sentinel.sentinel("top", "--limit", "1", "-o", "json")
            let look = try #require(try result.jsonLines.first)
            let worst = look["worst"]?.array ?? []
            #expect(worst.compactMap { $0["subject"]?.text } == ["user:worst", "user:often", "user:least"])
            #expect(
                worst.dropFirst().first?["rules"] == .array([.string("bot_behavior"), .string("duplicate_content")]))
            let latest = look["latest"]?.array ?? []
            #expect(
                latest.compactMap { $0["subject"]?.text } == ["user:least", "user:worst", "user:often", "user:often"])
            #expect(look["events_per_second"] == .null)
            #expect(look["coordinator"] == .null)
        }
    }

    @Test func `rates are told from the second look on`() async throws {
        try await withInstallation { sentinel in
            let result = try sentinel.sentinel("top", "--limit", "2", "--every", "50ms", "-o", "json")
            let looks = try result.jsonLines
            #expect(looks.count == 2)
            #expect(looks.first?["events_per_second"] == .null)
            #expect(looks.last?["events_per_second"] == .double(0) || looks.last?["events_per_second"] == .int(0))
        }
    }

    @Test func `people see it in words, and hear that nobody detects`() async throws {
        try await withInstallation { sentinel in
            try await sentinel.raise("malicious_content", "user:x\u{1B}[2J", event: 3000)
            let result = try sentinel.sentinel("top", "--limit", "1")
            #expect(result.code == 0)
            #expect(result.output.contains("no coordinator is at work"))
            #expect(result.output.contains("worst subjects"))
            #expect(!result.output.contains("\u{1B}"))
        }
    }
}
