import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct ReviewCommandTests {
    private static func raiseThree(_ sentinel: Installation) async throws {
        try await sentinel.raise("duplicate_content", "user:a", event: 1000, description: "the same text")
        try await sentinel.raise("off_topic_spam", "user:b", event: 2000)
        try await sentinel.raise("malicious_content", "user:a", event: 3000)
    }

    private static func ids(_ sentinel: Installation, _ options: String...) throws -> [String] {
        try sentinel.run(["incident", "ls", "-o", "json"] + options).json.array.compactMap { $0["id"]?.text }
    }

    @Test func `a review is shown with the incident, and taken back as easily`() async throws {
        try await withInstallation { sentinel in
            try await Self.raiseThree(sentinel)
            let done = try sentinel.sentinel(
                "incident", "review", "i0-1", "i0-2", "--as", "false_positive", "--note", "school class")
            #expect(done.output == "2 reviewed as false_positive\n")
            let shown = try sentinel.sentinel("incident", "show", "i0-1", "-o", "json").json
            #expect(shown["disposition"] == .string("false_positive"))
            #expect(shown["reviewed_by"] == .string("admin:tester"))
            #expect(shown["review_note"] == .string("school class"))
            #expect(shown["reviewed_at"]?.text?.hasSuffix("Z") == true)
            #expect(try sentinel.sentinel("incident", "review", "i0-1", "--as", "open").output == "1 open again\n")
            let reopened = try sentinel.sentinel("incident", "show", "i0-1", "-o", "json").json
            #expect(reopened["disposition"] == .null)
            #expect(reopened["review_note"] == .null)
        }
    }

    @Test func `what is not there is named, and the others are reviewed`() async throws {
        try await withInstallation { sentinel in
            try await Self.raiseThree(sentinel)
            let result = try sentinel.sentinel("incident", "review", "i0-9", "i0-1", "--as", "benign")
            #expect(result.code == 4)
            #expect(result.output == "1 reviewed as benign\n")
            #expect(result.errors == "sentinel: there is no incident 'i0-9'\n")
            let again = try sentinel.sentinel("incident", "review", "i0-1", "--as", "benign", "-o", "json").json
            #expect(again["changed"] == .int(0))
            #expect(again["unchanged"] == .int(1))
            #expect(try sentinel.sentinel("incident", "review", "i0-1").code == 2)
            #expect(try sentinel.sentinel("incident", "review", "nonsense", "--as", "benign").code == 2)
        }
    }

    @Test func `the list can be narrowed by review, module and text, and goes on at the cursor`() async throws {
        try await withInstallation { sentinel in
            try await Self.raiseThree(sentinel)
            _ = try sentinel.sentinel("incident", "review", "i0-2", "--as", "confirmed")
            #expect(try Self.ids(sentinel, "--reviewed", "no") == ["i0-3", "i0-1"])
            #expect(try Self.ids(sentinel, "--reviewed", "yes") == ["i0-2"])
            #expect(try Self.ids(sentinel, "--as", "confirmed") == ["i0-2"])
            #expect(try Self.ids(sentinel, "--as", "benign") == [])
            #expect(try Self.ids(sentinel, "--module", "spam") == ["i0-1"])
            #expect(try Self.ids(sentinel, "--text", "SAME text") == ["i0-1"])
            let first = try sentinel.sentinel("incident", "ls", "--limit", "2", "-o", "json")
            #expect(first.errors == "sentinel: there may be more: --cursor 2000.i0-2\n")
            #expect(try Self.ids(sentinel, "--cursor", "2000.i0-2") == ["i0-1"])
        }
    }

    @Test func `stats tell how often a rule was right`() async throws {
        try await withInstallation { sentinel in
            for user in 0..<4 { try await sentinel.raise("duplicate_content", "user:\(user)", event: 1000 + user) }
            _ = try sentinel.sentinel("incident", "review", "i0-1", "i0-2", "i0-3", "--as", "confirmed")
            _ = try sentinel.sentinel("incident", "review", "i0-4", "--as", "false_positive")
            let json = try sentinel.sentinel("stats", "-o", "json").json
            let rule = json["reviews"]?["duplicate_content"]
            #expect(rule?["confirmed"] == .int(3))
            #expect(rule?["false_positive"] == .int(1))
            #expect(rule?["precision"] == .double(0.75))
            #expect(json["pending"] == .int(0))
            #expect(try sentinel.sentinel("stats").output.contains("duplicate_content 75 % of 4"))
        }
    }
}
