import Foundation
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

@testable import sentinel

extension Installation {
    /// Runs `sentinel` on a thread of its own: the API of this process must be able to answer meanwhile.
    func wait(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Subprocess {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try run(arguments, environment) }) }
        }
    }
}

/// Commands over the API say what they say over Redis.
struct OverHTTPTests {
    static func withAPI(_ body: (Installation, String) async throws -> Void) async throws {
        try await withInstallation { sentinel in
            let api = try await APIServer.start(
                at: try ListenAddress(parsing: "127.0.0.1:0"), redis: sentinel.server.configuration,
                keys: sentinel.calls.keys, policy: .standard, journal: .silent)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(sentinel, api.url)) } catch { outcome = .failure(error) }
            await api.stop()
            try outcome.get()
        }
    }

    @Test func `what is listed and shown is the same`() async throws {
        try await Self.withAPI { sentinel, url in
            let now = Int(try await sentinel.calls.now())
            try await sentinel.raise("off_topic_spam", "user:a", event: now, evidence: #"{"texts":["x"]}"#)
            try await sentinel.raise("malicious_content", "user:b", event: now + 1)
            _ = try sentinel.sentinel("incident", "review", "i0-1", "--as", "benign", "--note", "a class")
            _ = try sentinel.sentinel("block", "add", "203.0.113.7", "--duration", "permanent", "--note", "seen")
            _ = try sentinel.sentinel("block", "rm", "203.0.113.7")
            _ = try sentinel.sentinel("allow", "add", "user:good", "--note", "office")
            for words in [
                "incident ls", "incident ls --reviewed no", "incident show i0-1", "incident show i0-9", "suspect ls",
                "timeline user:a", "timeline user:a --limit 1", "timeline user:nobody", "stats", "allow ls",
                "block history", "block history --subject 203.0.113.7", "block export", "audit ls",
                "audit ls --what block", "policy show", "policy diff", "summary user:nobody",
            ] {
                for format in ["json", "raw"] {
                    let line = words.split(separator: " ").map(String.init) + ["-o", format]
                    let direct = try await sentinel.wait(line)
                    let remote = try await sentinel.wait(line + ["--api", url])
                    #expect(remote.output == direct.output, "\(words)")
                    #expect(remote.code == direct.code, "\(words)")
                }
            }
        }
    }

    @Test func `what is changed is changed, and told in the same words`() async throws {
        try await Self.withAPI { sentinel, url in
            func remote(_ words: String...) async throws -> Subprocess {
                try await sentinel.wait(words + ["--api", url])
            }
            let added = try await remote("block", "add", "user:a", "--reason", "SPAM", "--duration", "1h")
            #expect(added.output == "blocked user:a for 1h (SPAM, ref b0-1)\n")
            #expect(
                try await remote("block", "change", "user:a", "--note", "x").output.contains(
                    "changed the block of user:a"))
            #expect(try await remote("block", "change", "user:none", "--note", "x").code == 4)
            #expect(try await remote("block", "rm", "user:a", "user:none").code == 4)
            #expect(try await remote("allow", "add", "user:a").output == "allowed user:a for good\n")
            #expect(try await remote("block", "add", "user:a").code == 1)
            #expect(try await remote("allow", "rm", "user:a").code == 0)
            try await sentinel.raise("off_topic_spam", "user:b", event: 1000)
            #expect(
                try await remote("incident", "review", "i0-1", "--as", "confirmed").output
                    == "1 reviewed as confirmed\n")
            #expect(try await remote("forget", "user:b").output.hasPrefix("erased user:b: "))
            #expect(try sentinel.sentinel("incident", "ls", "-o", "json").json.array.isEmpty)
            let by = try sentinel.sentinel("audit", "ls", "--what", "forget", "-o", "json").json.array.first?["by"]
            #expect(by == .string("admin:local"))
            #expect(try await remote("policy", "apply", "--default").output == "This policy is in force already.\n")
        }
    }

    @Test func `a token is sent, and what is not to be had is said`() async throws {
        try await Self.withAPI { sentinel, url in
            let token = try await sentinel.calls.addToken(
                .staff, name: "carol", for: nil, by: "admin:x", note: nil)
            // The API knows of it within two seconds.
            try await eventually("the door to close") {
                try await sentinel.wait(["incident", "ls", "--api", url]).code == 1
            }
            let secret = ["SENTINEL_API": url, "SENTINEL_TOKEN": token.secret]
            #expect(try await sentinel.wait(["incident", "ls"], secret).code == 0)
            let refused = try await sentinel.wait(["block", "add", "user:a"], secret)
            #expect(refused.code == 1)
            #expect(refused.errors.contains("the role admin"))
            let tokens = try await sentinel.wait(["token", "ls"], secret)
            #expect(tokens.code == 1)
            #expect(tokens.errors.contains("the role superuser"))
            #expect(try await sentinel.wait(["webhook", "ls"], secret).code == 1)
            #expect(try await sentinel.wait(["edge", "ls"], secret).code == 0)
            #expect(try await sentinel.wait(["incident", "ls", "--api", "http://127.0.0.1:1"]).code == 5)
            #expect(try await sentinel.wait(["incident", "ls", "--api", "ftp://x"]).code == 2)
        }
    }

    @Test func `a list is imported with progress, and exported, over both`() async throws {
        try await Self.withAPI { sentinel, url in
            let rows = (1...2500).map { "198.18.\($0 / 250).\($0 % 250)" }.joined(separator: "\n")
            let path = sentinel.server.directory.path + "/list.txt"
            try (rows + "\nnonsense\n").write(toFile: path, atomically: true, encoding: .utf8)
            let direct = try sentinel.sentinel("block", "import", path, "--reason", "ABUSE", "--duration", "1d")
            #expect(direct.output == "2500 added, 0 changed, 1 failed\n")
            #expect(direct.code == 1)
            #expect(direct.errors.contains("2000 of 2500"))
            #expect(direct.errors.contains("line 2501: 'nonsense'"))
            let remote = try await sentinel.wait(["block", "import", path, "--api", url])
            #expect(remote.output == "0 added, 2500 changed, 1 failed\n")
            let list = try await sentinel.wait(["block", "export", "--format", "plain", "--api", url])
            #expect(list.output.split(separator: "\n").count == 2500)
        }
    }
}
