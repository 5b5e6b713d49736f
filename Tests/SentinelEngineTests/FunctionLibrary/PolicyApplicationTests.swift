import SentinelRedis
import TestSupport
import Testing

@testable import SentinelCore
@testable import SentinelEngine

/// Policies that change while everything runs.
struct PolicyApplicationTests {
    private func document(_ rules: String, lists: [String: [UInt8]] = [:]) throws -> PolicyDocument {
        try PolicyDocument(reading: PolicySource(yaml: Array("rules:\n\(rules)\n".utf8), lists: lists), file: "test")
    }

    private func limit(_ count: Int) -> String {
        "  - {id: posts, module: spam, severity: low, then: {limit: true}, "
            + "count: {kinds: content, per: user, limit: \(count), window: 1h}}"
    }

    private func loader(_ stage: Stage) -> LibraryLoader {
        LibraryLoader(client: stage.calls.client, keys: stage.calls.keys)
    }

    @Test
    func `a policy comes back from Redis as it was written`() async throws {
        try await Stage.with { stage in
            #expect(try await loader(stage).inForce()?.document() == .standard)
            var odd = try document("  # quotes ' \" \\ \\' ]] \t and 'é' \u{1F600}\r\n" + limit(3))
            odd = PolicyDocument(
                policy: odd.policy,
                source: PolicySource(yaml: odd.source.yaml, lists: ["a'b\n": [0, 49, 255, 10, 13], "empty": []]))
            #expect(try await loader(stage).apply(odd, by: "admin:ada", note: "") == .loaded)
            #expect(try await loader(stage).inForce()?.source == odd.source)
            #expect(try await loader(stage).info()?.policyHash == LibrarySource.hash(of: odd))
        }
    }

    @Test
    func `applying is in the audit log and a second time changes nothing`() async throws {
        try await Stage.with { stage in
            let policy = try document(limit(3))
            let changes = try await loader(stage).changes(to: policy)
            #expect(changes.contains { $0.rule == "posts" })
            #expect(try await loader(stage).apply(policy, by: "admin:ada", note: "fewer\nposts") == .loaded)
            #expect(try await loader(stage).apply(policy, by: "admin:ada", note: "again") == .current)
            #expect(try await loader(stage).changes(to: policy).isEmpty)
            let entries = try await stage.calls.client.call("XRANGE", "stage:{0}:audit", "-", "+").array
            #expect(entries.count == 1)
            var entry: [String: String] = [:]
            for (field, value) in try entries[0].array[1].pairs { entry[field] = try value.string }
            #expect(entry["by"] == "admin:ada")
            #expect(entry["what"] == "policy")
            #expect(entry["after"] == LibrarySource.hash(of: policy))
            #expect(entry["note"] == "fewer posts")
        }
    }

    @Test
    func `a policy that Redis cannot load changes nothing`() async throws {
        try await Stage.with { stage in
            let before = try await loader(stage).info()
            let policy = try document(limit(3))
            _ = try await stage.calls.client.call("CONFIG", "SET", "maxmemory", "1")
            await #expect(throws: RedisError.self) { try await loader(stage).apply(policy, by: "ada", note: "") }
            _ = try await stage.calls.client.call("CONFIG", "SET", "maxmemory", "0")
            #expect(try await loader(stage).info() == before)
            #expect(try await loader(stage).apply(policy, by: "\u{1B}[31m", note: "\u{9B}") == .loaded)
        }
    }

    /// 2,000 events of four clients, in order and without a pause; meanwhile the limit falls from 1,000 to 10.
    @Test
    func `a limit that changes under load takes effect at once for everybody`() async throws {
        try await Stage.with { stage in
            let (old, new) = (try document(limit(1000)), try document(limit(10)))
            _ = try await loader(stage).load(old)
            let admin = Calls(client: stage.server.client(), keys: stage.calls.keys)
            let limits = try await withThrowingTaskGroup(of: [[Int64]].self) { group in
                for client in 0..<4 {
                    group.addTask {
                        let calls = Calls(client: stage.server.client(), keys: stage.calls.keys)
                        var seen: [[Int64]] = []
                        for number in 0..<10 {
                            // Ten pipelines of fifty: an error in any fails the test.
                            let replies = try await calls.send { pipeline in
                                for _ in 0..<50 {
                                    pipeline.append(
                                        "FCALL", "sentinel_record", "1", calls.keys.prefix, "kind", "content", "user",
                                        "u\(client)-\(number)")
                                }
                            }
                            var limits: [Int64] = []
                            for reply in replies {
                                for (field, value) in try reply.orThrow().pairs where field == "limit" {
                                    limits.append(try value.int)
                                }
                            }
                            seen.append(limits)
                        }
                        await calls.client.close()
                        return seen
                    }
                }
                group.addTask {
                    let loader = LibraryLoader(client: admin.client, keys: admin.keys)
                    #expect(try await loader.apply(new, by: "admin:ada", note: "") == .loaded)
                    // What is asked after the answer is of the new policy.
                    let reply = try await admin.call("sentinel_record", ["kind", "content", "user", "late"])
                    #expect(try reply["limit"]?.int == 10)
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            await admin.client.close()
            #expect(limits.count == 40)
            for one in limits {
                #expect(one.count == 50)
                #expect(one == one.sorted(by: >) && Set(one).isSubset(of: [1000, 10]))
            }
        }
    }

    private static let start: Int64 = 1_800_000_000_000

    @Test
    func `a coordinator at work goes by a new policy from the next batch on`() async throws {
        let shadow =
            "  - {id: bot, module: automation, severity: high, mode: shadow, cadence: {}, then: {block: {for: 15m}}}"
        let rules = shadow.split(separator: "mode: shadow").joined(separator: "mode: enforce")
        try await Stage.with { stage in
            #expect(try await loader(stage).load(document(shadow)) == .loaded)
            // Told to start with the built-in policy, it goes by the one in force.
            let task = stage.coordinator()
            try await stage.feed(stage.posts(12, by: "early", from: Self.start))
            try await stage.settle()
            #expect(try await !stage.isBlocked("early"))

            #expect(try await loader(stage).apply(document(rules), by: "admin:ada", note: "") == .loaded)
            try await stage.wait("the coordinator to say so") { stage.journal.contain("bot: mode shadow → enforce") }
            try await stage.feed(stage.posts(12, by: "late", from: Self.start))
            try await stage.settle()
            #expect(try await stage.isBlocked("late"))

            // A rule that was not there before.
            let more =
                rules + "\n  - {id: copies, module: spam, severity: high, identical: {}, then: {block: {for: 1h}}}"
            #expect(try await loader(stage).apply(document(more), by: "admin:ada", note: "") == .loaded)
            try await stage.wait("the coordinator to say so") { stage.journal.contain("copies: new rule") }
            try await stage.feed(
                (0..<8).map { place in
                    .event(
                        Event(
                            at: Self.start + Int64(place * place) * 60_000, kind: "content", user: Array("same".utf8),
                            text: Array("buy these wonderful things of mine today".utf8)))
                })
            try await stage.settle()
            #expect(try await stage.isBlocked("same"))
            task.cancel()
            #expect(await task.value == nil)
        }
    }

    @Test
    func `a policy that this build cannot read is said, and the rules before it stay`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator()
            try await stage.wait("an owner") { try await stage.owner() != nil }
            // As a newer release of the same library would write it.
            let foreign = PolicyDocument(
                policy: Policy.standard,
                source: PolicySource(yaml: Array("telepathy: {}\nrules: []\n".utf8), lists: [:]))
            #expect(try await loader(stage).load(foreign) == .loaded)
            try await stage.wait("the coordinator to say so") { stage.journal.contain("unknown key 'telepathy'") }
            try await stage.feed(stage.posts(12, by: "clock", from: Self.start))
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            // It never puts its own in the place.
            #expect(try await loader(stage).info()?.policyHash == LibrarySource.hash(of: foreign))
            task.cancel()
            #expect(await task.value == nil)

            // One that never had another stands aside.
            let late = stage.coordinator("late")
            try await stage.wait("it to say so") { stage.journal.contain("standing aside") }
            #expect(try await stage.owner() == nil)
            #expect(try await loader(stage).load(.standard) == .loaded)
            try await stage.wait("an owner") { try await stage.owner() == "late" }
            late.cancel()
            _ = await late.value
        }
    }

    @Test
    func `an older library is replaced by ours with the policy that it had`() async throws {
        try await Stage.with { stage in
            let own = try document(limit(7))
            let text = LibrarySource.text(for: own)
            let line = "S.version = \(LibrarySource.version)\n"
            #expect(text.contains(line))
            // Not before the version that carries the text.
            let older = text.split(separator: line).joined(separator: "S.version = 1\n")
            _ = try await stage.calls.client.call("FUNCTION", "LOAD", "REPLACE", older)
            let adoption = try await loader(stage).adopt(known: nil, else: .standard)
            #expect(adoption == .policy(.standard, hash: LibrarySource.hash(of: .standard)))
            #expect(try await loader(stage).adopt(known: LibrarySource.hash(of: .standard), else: own) == .unchanged)
        }
    }
}
