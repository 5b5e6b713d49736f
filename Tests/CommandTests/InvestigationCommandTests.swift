import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct InvestigationCommandTests {
    @Test func `incidents are listed with the newest first, and can be narrowed`() async throws {
        try await withInstallation { sentinel in
            #expect(try sentinel.sentinel("incident", "ls").output == "No incidents.\n")
            try await sentinel.raise("duplicate_content", "user:a", event: 1000)
            try await sentinel.raise("off_topic_spam", "user:b", event: 2000)
            try await sentinel.raise("malicious_content", "user:a", event: 3000)
            func ids(_ options: String...) throws -> [String] {
                try sentinel.run(["incident", "ls", "-o", "json"] + options).json.array.compactMap { $0["id"]?.text }
            }
            #expect(try ids() == ["i0-3", "i0-2", "i0-1"])
            #expect(try ids("--limit", "1") == ["i0-3"])
            #expect(try ids("--subject", "user:a") == ["i0-3", "i0-1"])
            #expect(try ids("--severity", "high") == ["i0-3", "i0-1"])
            #expect(try ids("--rule", "off_topic_spam") == ["i0-2"])
            #expect(try ids("--since", "1970-01-01T00:00:02Z") == ["i0-3", "i0-2"])
            #expect(try ids("--until", "1970-01-01T00:00:02Z") == ["i0-1"])
            let table = try sentinel.sentinel("incident", "ls").output
            #expect(table.contains("critical  malicious_content"))
        }
    }

    @Test func `an incident is shown with its evidence`() async throws {
        try await withInstallation { sentinel in
            let evidence = #"{"texts":["a\u001b[2Jb"],"deep":{"x":{"y":1}}}"#
            try await sentinel.raise("malicious_content", "user:a", event: 1000, evidence: evidence)
            let shown = try sentinel.sentinel("incident", "show", "i0-1")
            #expect(shown.output.hasPrefix("id             i0-1\nseverity       critical\n"))
            #expect(
                shown.output.hasSuffix(
                    #"""
                    evidence
                      {
                        "texts": ["a\u001b[2Jb"],
                        "deep": {
                          "x": {"y":1}
                        }
                      }

                    """#))
            let json = try sentinel.sentinel("incident", "show", "i0-1", "-o", "json").json
            #expect(json["evidence"]?["deep"]?["x"]?["y"] == .int(1))
            #expect(json["block_ref"] == .string("b0-1"))
            #expect(json["first"] == .string("1970-01-01T00:00:01.000Z"))
            let missing = try sentinel.sentinel("incident", "show", "i0-\u{1B}")
            #expect(missing.code == 4)
            #expect(missing.errors.hasPrefix("sentinel: there is no incident 'i0-\\u{1B}'\n"))
        }
    }

    @Test func `statistics sum the days and count what stands`() async throws {
        try await withInstallation { sentinel in
            let client = sentinel.calls.client
            let today = try await sentinel.calls.now() / 86_400_000
            for (day, count) in [(today, 5), (today - 1, 7), (today - 9, 1000)] {
                _ = try await client.call(
                    "HSET", sentinel.calls.keys.statistics(day: day), "events", count, "kind:message", count,
                    "limited", 1, "flag:bot_behavior", 2)
            }
            _ = try sentinel.sentinel("block", "add", "user:x")
            _ = try await sentinel.calls.call("sentinel_lease", ["owner", "here", "ttl", 60_000])
            let json = try sentinel.sentinel("stats", "-o", "json").json
            #expect(json["events"] == .int(12))
            #expect(json["limited"] == .int(2))
            #expect(json["kinds"]?["message"] == .int(12))
            #expect(json["flags"]?["bot_behavior"] == .int(4))
            #expect(json["blocks"] == .int(1))
            #expect(json["coordinator"] == .string("here"))
            #expect(try sentinel.sentinel("stats", "--since", "10d", "-o", "json").json["events"] == .int(1012))
            let page = try sentinel.sentinel("stats").output
            #expect(page.contains("\nkinds            message 12\n"))
        }
    }

    @Test func `the rules in force are shown as a table and as objects`() async throws {
        try await withInstallation { sentinel in
            let table = try sentinel.sentinel("policy", "show")
            #expect(table.code == 0)
            for rule in Policy.standard.rules { #expect(table.output.contains(rule.id)) }
            let rule = try sentinel.sentinel("policy", "show", "--rule", "ip_rotation", "-o", "json").json
            #expect(rule["severity"] == .string("high"))
            #expect(rule["watches"] == .string("more than 5 different addresses in events of one user in 1h"))
            #expect(try sentinel.sentinel("policy", "show", "--rule", "nonsense").code == 4)
        }
    }

    @Test func `the policy that Redis runs is shown, whoever wrote it`() async throws {
        try await withInstallation { sentinel in
            var other = Policy.standard
            other.openFlags = 4
            let loader = LibraryLoader(client: sentinel.calls.client, keys: sentinel.calls.keys)
            _ = try await loader.load(PolicyDocument(other))
            #expect(try sentinel.sentinel("policy", "show").output.contains("\n4 rules with an open incident"))
            #expect(try sentinel.sentinel("policy", "show", "-o", "raw").output == other.yaml)
            #expect(try sentinel.sentinel("policy", "show", "--default").output.contains("\n3 rules with an open"))
        }
    }

    @Test func `the library is printed exactly as it is loaded`() throws {
        let printed = try Subprocess.sentinel("policy", "show", "--library")
        #expect(printed.output == LibrarySource.text(for: .standard))
        #expect(printed.code == 0)
    }
}
