import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

struct VerdictCommandTests {
    @Test func `an event is allowed, then limited, and the exit code says so`() async throws {
        try await withInstallation { sentinel in
            let first = try sentinel.sentinel("record", "message", "--user", "alice", "--ip", "203.0.113.7")
            #expect(first.output == "allowed, 9 of 10 left (rate_limit_hit)\n")
            #expect(first.code == 0)
            for _ in 0..<9 { _ = try await sentinel.calls.record(Event(kind: "message", user: Array("alice".utf8))) }
            let last = try sentinel.sentinel("record", "message", "--user", "alice")
            #expect(last.output.hasPrefix("limited by rate_limit_hit (10): try again in "))
            #expect(last.code == 3)
            let check = try sentinel.sentinel("check", "message", "--user", "alice", "-o", "json")
            #expect(check.code == 3)
            #expect(
                try check.json.names == [
                    "verdict", "rule", "limit", "remaining", "retry_after_ms", "flags", "subject", "reason", "ref",
                ])
            #expect(try check.json["verdict"] == .string("limit"))
            #expect(try check.json["remaining"] == .int(0))
        }
    }

    @Test func `a check counts nothing`() async throws {
        try await withInstallation { sentinel in
            for _ in 0..<2 {
                let check = try sentinel.sentinel("check", "content", "-u", "alice", "-o", "raw")
                #expect(check.output.hasSuffix("\nallow,rapid_content_creation,20,20,,,,,\n"))
            }
        }
    }

    @Test func `every field of an event reaches the log`() async throws {
        try await withInstallation { sentinel in
            let result = try sentinel.run(EveryField.line)
            #expect(result.code == 0, "\(result.errors)")
            #expect(try await sentinel.firstLogged() == EveryField.logged)
        }
    }

    @Test func `a blocked subject is told why, and when it ends`() async throws {
        try await withInstallation { sentinel in
            _ = try sentinel.sentinel("block", "add", "198.51.100.0/24", "-d", "permanent", "-R", "SPAM")
            let network = try sentinel.sentinel("check", "--ip", "198.51.100.9")
            #expect(network.output == "blocked: SPAM, ref b0-1, for good (net:198.51.100.0/24)\n")
            #expect(network.code == 3)
            _ = try sentinel.sentinel("block", "add", "user:eve", "-d", "2h30m", "-t", "throttle")
            let user = try sentinel.sentinel("record", "message", "--user", "eve")
            #expect(user.output == "throttled: MANUAL, ref b0-2, 2h29m left (user:eve)\n")
            #expect(user.code == 3)
        }
    }

    @Test(arguments: [
        (["verdict": "allow"], "allowed"),
        (["verdict": "allow", "rule": "r", "limit": "20", "remaining": "13"], "allowed, 13 of 20 left (r)"),
        (
            ["verdict": "limit", "rule": "r", "limit": "5", "remaining": "0", "retry_after_ms": "3580000"],
            "limited by r (5): try again in 59m40s"
        ),
        (
            ["verdict": "limit", "rule": "r", "limit": "5", "remaining": "5", "retry_after_ms": "-1"],
            "limited by r (5): more than the limit at once, this will never be allowed"
        ),
        (
            ["verdict": "challenge", "reason": "SPAM", "ref": "b0-3", "retry_after_ms": "840000"],
            "challenged: SPAM, ref b0-3, 14m left"
        ),
    ])
    func `verdicts read as sentences`(fields: [String: String], sentence: String) throws {
        let verdict = try Verdict(fields.mapValues { .bulk(Array($0.utf8)) })
        #expect(VerdictReport(verdict: verdict).sentence == sentence)
    }

    @Test func `what Redis refuses is bad usage, in its words alone`() async throws {
        try await withInstallation { sentinel in
            let address = try sentinel.sentinel("check", "--ip", "999.1.1.1")
            #expect(address.code == 2)
            #expect(address.errors == "sentinel: ip is '999.1.1.1', want an IPv4 or IPv6 address\n")
            let kind = try sentinel.sentinel("record", "Bad Kind", "-u", "a")
            #expect(kind.code == 2)
            #expect(kind.errors.hasPrefix("sentinel: kind is 'Bad Kind'"))
        }
    }
}
