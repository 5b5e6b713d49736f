import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct FactsTests {
    /// What a good installation looks like.
    private var good: Facts {
        var facts = Facts()
        facts.info = ServerInfo(
            parsing: "# Server\r\nredis_version:7.0.15\r\naof_enabled:1\r\naof_last_write_status:ok\r\n"
                + "maxmemory_policy:noeviction\r\nmaxmemory:1000\r\nused_memory:500\r\n")
        facts.fsync = "everysec"
        facts.functions = .init(version: LibrarySource.version, policyHash: "0123")
        facts.policy = .standard
        facts.coordinator = "here"
        return facts
    }

    private func state(_ check: String, _ facts: Facts) -> Diagnosis.State? {
        facts.diagnoses().first { $0.check == check }?.state
    }

    private func replacing(_ line: String, _ with: String) -> Facts {
        var facts = good
        let text = [
            "redis_version:7.0.15", "aof_enabled:1", "aof_last_write_status:ok", "maxmemory_policy:noeviction",
            "maxmemory:1000", "used_memory:500",
        ]
        facts.info = ServerInfo(parsing: text.map { $0 == line ? with : $0 }.joined(separator: "\r\n"))
        return facts
    }

    @Test func `nothing is said against a good installation`() {
        #expect(good.diagnoses().allSatisfy { $0.state == .ok && $0.advice == nil })
    }

    @Test(arguments: [
        ("redis_version:7.0.15", "redis_version:6.2.7", "redis", Diagnosis.State.failure),
        ("redis_version:7.0.15", "redis_version:10.1", "redis", .ok),
        ("redis_version:7.0.15", "redis_version:x", "redis", .failure),
        ("aof_enabled:1", "aof_enabled:0", "persistence", .failure),
        ("aof_last_write_status:ok", "aof_last_write_status:err", "persistence", .failure),
        ("maxmemory_policy:noeviction", "maxmemory_policy:volatile-ttl", "eviction", .failure),
        ("maxmemory:1000", "maxmemory:0", "memory", .ok),
        ("used_memory:500", "used_memory:800", "memory", .warning),
        ("used_memory:500", "used_memory:950", "memory", .failure),
        ("used_memory:500", "used_memory:9223372036854775807", "memory", .failure),
    ])
    func `each setting of Redis is judged`(line: String, with: String, check: String, state: Diagnosis.State) {
        #expect(self.state(check, replacing(line, with)) == state)
    }

    @Test(
        arguments: [
            (0, Diagnosis.State.ok), (-1000, .ok), (1001, .warning), (-10_000, .warning), (10_001, .failure),
        ] as [(Int64, Diagnosis.State)])
    func `clocks may differ by a second`(skew: Int64, state: Diagnosis.State) {
        var facts = good
        facts.skew = skew
        #expect(self.state("clock", facts) == state)
    }

    @Test(
        arguments: [
            (0, Diagnosis.State.ok), (10_000, .ok), (10_001, .warning), (125_001, .failure),
        ] as [(Int64, Diagnosis.State)])
    func `a backlog is judged by what the log holds`(backlog: Int64, state: Diagnosis.State) {
        var facts = good
        facts.backlog = backlog
        #expect(self.state("backlog", facts) == state)
    }

    @Test func `a library of another version or an unreadable policy is a warning, a missing one a failure`() {
        var facts = good
        facts.functions?.version += 1
        #expect(state("library", facts) == .warning)
        facts = good
        facts.policyProblem = "unknown key"
        #expect(state("library", facts) == .warning)
        facts.functions = nil
        #expect(state("library", facts) == .failure)
    }

    @Test func `snapshots alone are better than nothing`() {
        var facts = replacing("aof_enabled:1", "aof_enabled:0")
        facts.save = "3600 1"
        #expect(state("persistence", facts) == .warning)
        facts = good
        facts.fsync = "no"
        #expect(state("persistence", facts) == .warning)
    }

    @Test func `every rule of the built-in policy has words`() {
        for rule in Policy.standard.rules {
            #expect(!rule.watchedInWords.isEmpty)
            #expect(
                rule.outcomeInWords(under: .standard).hasSuffix("alert") || rule.severity == .critical
                    || rule.then.block != nil)
        }
        #expect(
            Policy.standard.rule("malicious_content")?.outcomeInWords(under: .standard)
                == "alert, block for 1d, doubling up to 7d")
        #expect(
            Policy.standard.rule("daily_limit_hit")?.watchedInWords
                == "more than 50 (30 without an account) message events by one user (or address without one) in 1d")
    }
}
