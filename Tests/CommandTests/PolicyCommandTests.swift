import Foundation
import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

struct PolicyCommandTests {
    /// A file that is gone when the test is over.
    private final class File {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).yaml").path()

        init(_ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private let good = "rules:\n  - {id: r, module: spam, severity: high, repetition: {messages: 4}}\n"

    @Test func `checking tells all problems of all files and needs no Redis`() throws {
        let (right, wrong) = (try File(good), try File("partitions: 2\nrules: {}\n"))
        let found = try Subprocess.sentinel("policy", "check", right.path, wrong.path)
        #expect(found.code == 2)
        #expect(
            found.output == """
                \(right.path): 1 rules, nothing wrong
                \(wrong.path):1:13: partitions: '2' is not 1
                \(wrong.path):2:8: rules: a mapping stands here; want a list of rules

                """)
        let json = try Subprocess.sentinel("policy", "check", wrong.path, "-o", "json").json
        #expect(json.array.count == 2)
        #expect(json.array[0]["line"] == .int(1))
        #expect(json.array[0]["column"] == .int(13))
        #expect(json.array[0]["path"] == .string("partitions"))
        #expect(json.array[0]["error"] == .string("value"))
        #expect(try Subprocess.sentinel("policy", "check", right.path).code == 0)
        #expect(try Subprocess.sentinel("policy", "check", "/nowhere.yaml").code == 1)
    }

    @Test func `a policy is compared, applied, shown and taken back`() async throws {
        try await withInstallation { sentinel in
            let file = try File(PolicyDocument.standard.policy.yaml.replacing("registered: 50", with: "registered: 40"))
            let words = "daily_limit_hit: limit 50 → 40 for registered\n"
            #expect(try sentinel.sentinel("policy", "diff", file.path).output == words)
            #expect(try sentinel.sentinel("policy", "diff").output == "no difference\n")
            let applied = try sentinel.sentinel("policy", "apply", file.path)
            #expect(applied.code == 0)
            #expect(applied.output.hasPrefix(words + "In force: policy "))
            #expect(try sentinel.sentinel("policy", "diff").output == words)
            #expect(try sentinel.sentinel("policy", "diff", file.path).output == "no difference\n")
            #expect(
                try sentinel.sentinel("policy", "diff", "-o", "json").json.array[0]["rule"]
                    == .string("daily_limit_hit"))
            let yaml = try String(contentsOfFile: file.path, encoding: .utf8)
            #expect(try sentinel.sentinel("policy", "show", "-o", "raw").output == yaml)
            #expect(try sentinel.sentinel("policy", "apply", file.path).output == "This policy is in force already.\n")
            #expect(try sentinel.sentinel("policy", "apply", "--default", "--by", "ada").code == 0)
            #expect(try sentinel.sentinel("policy", "diff").output == "no difference\n")
            let audit = try await sentinel.calls.client.call("XRANGE", "sentinel:{0}:audit", "-", "+").array
            let names = try audit.map { try $0.array[1].pairs.first { $0.field == "by" }?.value.string ?? "" }
            #expect(names.count == 2)
            #expect(names[0].hasPrefix("admin:tester@"))
            #expect(names[1] == "admin:ada")
        }
    }

    @Test func `a bad policy changes nothing`() async throws {
        try await withInstallation { sentinel in
            let loader = LibraryLoader(client: sentinel.calls.client, keys: sentinel.calls.keys)
            let before = try await loader.info()
            let bad = try File("rules: []\nallow: nobody\nnonsense: 1\n")
            let refused = try sentinel.sentinel("policy", "apply", bad.path)
            #expect(refused.code == 2)
            #expect(refused.errors.contains("\(bad.path):2:8: allow: 'nobody' is not a subject"))
            #expect(refused.errors.contains("all 2 problems"))
            #expect(try sentinel.sentinel("policy", "apply").code == 2)
            #expect(try sentinel.sentinel("run", "--policy", bad.path).code == 2)
            #expect(try await loader.info() == before)
        }
    }

    @Test func `an older program leaves a newer library alone`() async throws {
        try await withInstallation { sentinel in
            let line = "S.version = \(LibrarySource.version)\n"
            let newer = LibrarySource.text(for: .standard).replacing(line, with: "S.version = 99\n")
            _ = try await sentinel.calls.client.call("FUNCTION", "LOAD", "REPLACE", newer)
            let file = try File(good)
            let refused = try sentinel.sentinel("policy", "apply", file.path)
            #expect(refused.code == 1)
            #expect(refused.errors.contains("function library 99"))
            #expect(try sentinel.sentinel("run", "--policy", file.path).code == 1)
            let loader = LibraryLoader(client: sentinel.calls.client, keys: sentinel.calls.keys)
            #expect(try await loader.info()?.version == 99)
        }
    }

    @Test func `a coordinator that starts goes by the policy that Redis has`() async throws {
        try await withInstallation { sentinel in
            let file = try File(good)
            #expect(try sentinel.sentinel("policy", "apply", file.path).code == 0)
            let hash = try await LibraryLoader(client: sentinel.calls.client, keys: sentinel.calls.keys).info()?
                .policyHash
            let run = sentinel.start("run", "--lease", "300ms")
            try await eventually("an owner") {
                try await !sentinel.calls.client.call("HGET", sentinel.calls.keys.lease, "owner").isNull
            }
            let now = try await LibraryLoader(client: sentinel.calls.client, keys: sentinel.calls.keys).info()?
                .policyHash
            #expect(now == hash)
            let owner = try await sentinel.calls.client.call("HGET", sentinel.calls.keys.lease, "owner").string
            kill(try #require(pid_t(owner.split(separator: ":")[1])), SIGTERM)
            _ = try await run.value
        }
    }
}
