import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

@testable import sentinel

@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
    @Test func `alerts come as they are raised, and only those from then on`() async throws {
        try await withInstallation { sentinel in
            try await sentinel.raise("duplicate_content", "user:before", event: 1000)
            let watch = sentinel.start("watch", "--limit", "2")
            try await sentinel.waitForSubscribers(1)
            try await sentinel.raise("duplicate_content", "user:a", event: 1_770_091_506_000, description: "same\ntext")
            try await sentinel.raise("malicious_content", "user:b", event: 1_770_091_507_000)
            let result = try await watch.value
            #expect(result.code == 0, "\(result.errors)")
            let lines = result.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines.first == "2026-02-03T04:05:06.000Z  high      duplicate_content  user:a   same\\ntext   ")
            #expect(
                lines.last
                    == "2026-02-03T04:05:07.000Z  critical  malicious_content  user:b   seen         blocked for 1d, ref b0-1"
            )
        }
    }

    @Test func `programs get the published object, one a line, of the rules they ask for`() async throws {
        try await withInstallation { sentinel in
            let watch = sentinel.start("watch", "-o", "json", "--severity", "critical", "--limit", "1")
            try await sentinel.waitForSubscribers(1)
            try await sentinel.raise("duplicate_content", "user:a")
            try await sentinel.raise("malicious_content", "user:\u{202E}b", evidence: #"{"n":[1,2]}"#)
            let result = try await watch.value
            let alert = try #require(try result.jsonLines.first)
            #expect(alert["seq"] == .int(2))
            #expect(alert["subject"] == .string("user:\u{202E}b"))
            #expect(alert["evidence"]?["n"] == .array([.int(1), .int(2)]))
            #expect(!result.output.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test func `only alerts of the modules and about the subject that were asked for are shown`() async throws {
        try await withInstallation { sentinel in
            try await sentinel.raise("duplicate_content", "user:a")
            try await sentinel.raise("malicious_content", "user:a", event: 2)
            try await sentinel.raise("malicious_content", "user:b", event: 3)
            func numbers(_ arguments: String...) throws -> [Int64?] {
                try sentinel.run(["watch", "--since", "1", "-o", "json"] + arguments).jsonLines.map {
                    $0["seq"]?.integer
                }
            }
            #expect(try numbers("--module", "content", "--limit", "2") == [2, 3])
            #expect(try numbers("--subject", "user:b", "--limit", "1") == [3])
            #expect(try numbers("--module", "content", "--module", "spam", "--subject", "user:a", "-l", "2") == [1, 2])
        }
    }

    @Test func `what was raised before can be replayed by number and by time`() async throws {
        try await withInstallation { sentinel in
            for event in 1...5 { try await sentinel.raise("duplicate_content", "user:\(event)", event: event) }
            func numbers(_ since: String, _ limit: Int) throws -> [Int64?] {
                try sentinel.sentinel("watch", "--since", since, "--limit", "\(limit)", "-o", "json").jsonLines
                    .map { $0["seq"]?.integer }
            }
            #expect(try numbers("1", 5) == [1, 2, 3, 4, 5])
            #expect(try numbers("4", 2) == [4, 5])
            #expect(try numbers("1h", 5) == [1, 2, 3, 4, 5])
        }
    }

    @Test func `what is raised while the connection is gone is filled in, in order`() async throws {
        try await withInstallation { sentinel in
            let watch = sentinel.start("watch", "-o", "json", "--limit", "4")
            try await sentinel.waitForSubscribers(1)
            try await sentinel.raise("duplicate_content", "user:1")
            // At once: nobody listens when numbers 2 and 3 go out.
            let replies = try await sentinel.calls.send { pipeline in
                pipeline.append("MULTI")
                pipeline.append("CLIENT", "KILL", "TYPE", "pubsub")
                for event in [2, 3] {
                    pipeline.append(
                        "FCALL",
                        ["sentinel_raise", "1", "sentinel:{0}"]
                            + Installation.flag("duplicate_content", "user:\(event)", event))
                }
                pipeline.append("EXEC")
            }
            #expect(try replies[4].array[0] == .integer(1))
            try await sentinel.waitForSubscribers(1)
            try await sentinel.raise("duplicate_content", "user:4")
            let result = try await watch.value
            #expect(try result.jsonLines.map { $0["seq"]?.integer } == [1, 2, 3, 4])
            #expect(result.errors.contains("connected again"))
        }
    }

    @Test func `a restart of Redis costs no alert`() async throws {
        try await withInstallation(keepsData: true) { sentinel in
            let watch = sentinel.start("watch", "-o", "json", "--limit", "6")
            try await sentinel.waitForSubscribers(1)
            for event in 1...3 { try await sentinel.raise("duplicate_content", "user:\(event)", event: event) }
            try await sentinel.server.restart()
            for event in 4...6 {
                let retry = RedisRetry(tries: 100)
                var pipeline = RedisPipeline()
                pipeline.append(
                    "FCALL",
                    ["sentinel_raise", "1", "sentinel:{0}"]
                        + Installation.flag("duplicate_content", "user:\(event)", event))
                _ = try await sentinel.calls.client.send(pipeline, retrying: retry)[0].orThrow()
            }
            let result = try await watch.value
            #expect(try result.jsonLines.map { $0["seq"]?.integer } == [1, 2, 3, 4, 5, 6])
        }
    }
}
