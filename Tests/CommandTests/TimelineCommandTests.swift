import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct TimelineCommandTests {
    @Test func `a timeline shows what was found and done, and pages`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("timeline", "user:a").code == 4)
            let now = try await sentinel.calls.now()
            try await sentinel.raise("off_topic_spam", "user:a", event: Int(now))
            _ = try sentinel.sentinel("incident", "review", "i0-1", "--as", "benign", "--note", "a class")
            _ = try sentinel.sentinel("block", "add", "user:a", "--note", "enough")
            let shown = try sentinel.sentinel("timeline", "user:a")
            #expect(shown.code == 0)
            #expect(shown.output.contains("user:a: 0 events in 30 days"))
            #expect(shown.output.contains("reviewed as benign"))
            let items = try sentinel.sentinel("timeline", "user:a", "-o", "json").json.array
            #expect(items.compactMap { $0["type"]?.text }.sorted() == ["block", "incident", "review"])
            let first = try sentinel.sentinel("timeline", "user:a", "--limit", "1", "-o", "json")
            #expect(try first.json.array == [items[0]])
            let cursor = try #require(first.errors.firstMatch(of: /--cursor (\S+)/)?.1)
            let rest = try sentinel.sentinel("timeline", "user:a", "--cursor", String(cursor), "-o", "json")
            #expect(try rest.json.array == Array(items[1...]))
        }
    }

    @Test func `suspects are listed with the worst first`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("suspect", "ls").output == "Nobody.\n")
            let now = Int(try await sentinel.calls.now())
            try await sentinel.raise("off_topic_spam", "user:a", event: now)
            try await sentinel.raise("malicious_content", "user:b", event: now + 1)
            try await sentinel.raise("excessive_tokens", "user:c", event: now + 2)
            let rows = try sentinel.sentinel("suspect", "ls", "-o", "json").json.array
            #expect(rows.compactMap { $0["subject"]?.text } == ["user:b", "user:a"])
            #expect(rows[0]["suspicion_reasons"]?.array == [.string("a critical incident")])
            #expect(rows[0]["recent_activities"]?.array.first?["type"] == .string("malicious_content"))
            #expect(try sentinel.sentinel("suspect", "ls", "--min-severity", "low").output.contains("user:c"))
        }
    }
}
