import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct LeaseTests {
    private let clock = ContinuousClock()

    @Test
    func `of two coordinators one works, and the other takes over at once when it ends in good order`() async throws {
        try await Stage.with { stage in
            let tasks = [
                "one": stage.coordinator("one", lease: .seconds(3)),
                "two": stage.coordinator("two", lease: .seconds(3)),
            ]
            try await stage.wait("an owner") { try await stage.owner() != nil }
            try await stage.feed(stage.posts(10, by: "clock", from: 1_760_000_000_000))
            try await stage.settle()
            let first = try #require(try await stage.owner())
            let second = first == "one" ? "two" : "one"

            tasks[first]?.cancel()
            #expect(await tasks[first]?.value == nil)
            let end = clock.now
            try await stage.wait("the other") { try await stage.owner() == second }
            // A lease that was not given back would last for two seconds more at least.
            #expect(clock.now - end < .milliseconds(1900))
            tasks[second]?.cancel()
            #expect(await tasks[second]?.value == nil)
            #expect(try await stage.owner() == nil)
            #expect(try await stage.isBlocked("clock"))
        }
    }

    @Test
    func `a dead owner is replaced when its lease is over, not before`() async throws {
        try await Stage.with { stage in
            let begin = clock.now
            let dead = try await stage.calls.call("sentinel_lease", ["owner", "dead", "ttl", 400])
            #expect(try dead["epoch"]?.int == 1)
            let task = stage.coordinator("heir", lease: .milliseconds(400))
            try await stage.wait("the heir") { try await stage.owner() == "heir" }
            #expect(clock.now - begin >= .milliseconds(399))
            #expect(clock.now - begin < .seconds(3))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `an owner whose lease went to another can raise nothing and commit nothing`() async throws {
        try await Stage.with { stage in
            try await stage.feed(stage.posts(1, by: "ada", from: 1_760_000_000_000))
            _ = try await stage.calls.call("sentinel_lease", ["owner", "old", "ttl", 60_000])
            _ = try await stage.calls.call("sentinel_lease", ["owner", "old", "ttl", 60_000, "release", 1])
            _ = try await stage.calls.call("sentinel_lease", ["owner", "new", "ttl", 60_000])
            let before = try await stage.calls.client.call("DEBUG", "DIGEST").string

            let raise = await stage.refusal(
                "sentinel_raise",
                ["rule", "bot_behavior", "subject", "user:ada", "event", "1-1", "at", 1_760_000_000_000, "epoch", 1])
            #expect(raise?.code == .server("FENCED"))
            let commit = await stage.refusal(
                "sentinel_commit",
                ["epoch", 1, "cursor", "99999999999999-0", "entries", 1, "states", 1000, 1, "u:user:ada", "x"])
            #expect(commit?.code == .server("FENCED"))
            #expect(try await stage.calls.client.call("DEBUG", "DIGEST").string == before)
        }
    }

    @Test
    func `a coordinator that lost its lease unnoticed throws away what it had begun`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator("one", lease: .seconds(6))
            try await stage.wait("an owner") { try await stage.owner() == "one" }
            // Behind its back the lease goes to another, who dies later. In one step, or it may come and renew it in between.
            var pipeline = RedisPipeline()
            pipeline.append("MULTI")
            pipeline.append("DEL", stage.calls.keys.lease)
            pipeline.append(
                "FCALL", "sentinel_lease", 1, stage.calls.keys.prefix, "owner", "other", "ttl", 60_000)
            pipeline.append("EXEC")
            _ = try await stage.calls.client.send(pipeline)
            #expect(try await stage.owner() == "other")
            try await stage.feed(stage.posts(10, by: "clock", from: 1_760_000_000_000))
            try await stage.wait("the fence") { stage.journal.contain("FENCED") }
            #expect(try await !stage.isBlocked("clock"))
            #expect(try await Progress(stage.calls).read == 0)

            _ = try await stage.calls.client.call("DEL", stage.calls.keys.lease)
            try await stage.wait("its return") { try await stage.owner() == "one" }
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a coordinator that is stopped while it asks for the lease leaves none behind`() async throws {
        try await Stage.with { stage in
            let redis = stage.calls.client
            _ = try await redis.call("CLIENT", "PAUSE", 60_000, "WRITE")
            let task = stage.coordinator("one", lease: .seconds(600))
            try await stage.wait("the question") {
                try await redis.call("CLIENT", "LIST").string.split(separator: "\n").contains {
                    $0.contains("cmd=fcall") && $0.contains("flags=b")
                }
            }
            task.cancel()
            _ = try await redis.call("CLIENT", "UNPAUSE")
            #expect(await task.value == nil)
            #expect(try await stage.owner() == nil)
        }
    }
}
