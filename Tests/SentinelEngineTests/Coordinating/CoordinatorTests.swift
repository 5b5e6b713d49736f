import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

/// What a coordinator does when something around it is not as it should be.
struct CoordinatorTests {
    private let start: Int64 = 1_760_000_000_000

    @Test
    func `entries of a stranger in the log are skipped and said`() async throws {
        try await Stage.with { stage in
            let posts = stage.posts(10, by: "clock", from: start)
            try await stage.feed(Array(posts[..<5]))
            let events = stage.calls.keys.events
            for fields in [["hello", "world"], ["kind", "unblock"], ["kind", "unblock", "subject", "nonsense"]] {
                _ = try await stage.calls.send { $0.append("XADD", [events, "*"] + fields) }
            }
            try await stage.feed(Array(posts[5...]))
            let task = stage.coordinator()
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            #expect(stage.journal.contain("3 entries"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a stored history that cannot be read starts anew and is said`() async throws {
        try await Stage.with { stage in
            _ = try await stage.calls.client.call("SET", "stage:{0}:u:user:clock", "\u{7}nonsense")
            try await stage.feed(stage.posts(10, by: "clock", from: start))
            let task = stage.coordinator()
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            #expect(stage.journal.contain("1 histories were not readable"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a foreign key in the place of a history is replaced, and does not hold up the log`() async throws {
        try await Stage.with { stage in
            _ = try await stage.calls.client.call("LPUSH", "stage:{0}:u:user:clock", "foreign")
            try await stage.feed(stage.posts(10, by: "clock", from: start))
            let task = stage.coordinator()
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a function library that is lost is loaded again`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator()
            let posts = stage.posts(10, by: "clock", from: start)
            try await stage.feed(Array(posts[..<5]))
            try await stage.settle()
            _ = try await stage.calls.client.call("FUNCTION", "FLUSH")
            let loader = LibraryLoader(client: stage.calls.client, keys: stage.calls.keys)
            try await stage.wait("the library") { try await loader.info() != nil }
            try await stage.feed(Array(posts[5...]))
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `an event log that was deleted is begun anew`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator(lease: .seconds(3))
            try await stage.feed(stage.posts(3, by: "ada", from: start))
            try await stage.settle()
            _ = try await stage.calls.client.call("DEL", stage.calls.keys.events)
            try await stage.feed(stage.posts(10, by: "clock", from: start))
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))
            task.cancel()
            _ = await task.value
        }
    }

    /// What makes Redis refuse to write, and what ends that.
    enum Refusal: String, CaseIterable {
        case outOfMemory, readOnly

        var begin: [String] {
            self == .outOfMemory ? ["CONFIG", "SET", "maxmemory", "1"] : ["REPLICAOF", "127.0.0.1", "1"]
        }
        var end: [String] {
            self == .outOfMemory ? ["CONFIG", "SET", "maxmemory", "0"] : ["REPLICAOF", "NO", "ONE"]
        }
        var word: String { self == .outOfMemory ? "OOM" : "READONLY" }
    }

    @Test(arguments: Refusal.allCases)
    func `flags that Redis cannot store now are raised later`(_ refusal: Refusal) async throws {
        try await Stage.with { stage in
            let task = stage.coordinator()
            try await stage.feed(stage.posts(9, by: "clock", from: start))
            try await stage.settle()
            // In one piece: the coordinator sees the tenth post only when Redis takes nothing any more.
            let last = try #require(stage.posts(10, by: "clock", from: start).last)
            _ = try await stage.calls.send { pipeline in
                guard case .event(let event) = last else { return }
                pipeline.append(
                    "FCALL",
                    ["sentinel_record", "1", stage.calls.keys.prefix] + Calls.arguments(of: event, withTime: true))
                pipeline.append(refusal.begin[0], Array(refusal.begin[1...]))
            }
            try await stage.wait("the refusal") { stage.journal.contain(refusal.word) }
            #expect(try await !stage.isBlocked("clock"))
            #expect(try await Progress(stage.calls).read == 9)
            _ = try await stage.calls.send { $0.append(refusal.end[0], Array(refusal.end[1...])) }
            try await stage.settle()

            let outcome = try await Outcome(stage.calls)
            #expect(outcome.incidents == [.init(rule: "bot_behavior", subject: "user:clock"): [1]])
            #expect(outcome.alerts.count == 1)
            #expect(outcome.statistics["flags_refused"] == nil)
            #expect(try await stage.isBlocked("clock"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test(arguments: [
        ("OOM", false), ("READONLY", false), ("MISCONF", false), ("NOREPLICAS", false), ("FENCED", false),
        ("BADARG", true), ("BADSTATE", true), ("WRONGTYPE", true), ("ERR", true),
    ])
    func `only an error about the flag itself gives it up`(_ word: String, _ isFinal: Bool) {
        let code: RedisError.Code =
            switch word {
            case "OOM": .outOfMemory
            case "READONLY": .readOnly
            case "WRONGTYPE": .wrongType
            default: .server(word)
            }
        #expect(RedisError(code, word).refusesThisFlag == isFinal)
    }

    @Test
    func `a flag that Redis will never take is counted and said, and does not hold up the log`() async throws {
        try await Stage.with { stage in
            _ = try await stage.calls.client.call("SET", "stage:{0}:open:user:clock", "a foreign value")
            try await stage.feed(stage.posts(10, by: "clock", from: start) + stage.posts(10, by: "other", from: start))
            let task = stage.coordinator()
            try await stage.settle()
            #expect(try await stage.isBlocked("other"))
            #expect(try await !stage.isBlocked("clock"))
            #expect(try await Outcome(stage.calls).statistics["flags_refused"] == 1)
            #expect(stage.journal.contain("error: flag bot_behavior on user:clock was not taken: "))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `what fell off the log while nobody read it is counted and said`() async throws {
        var policy = Policy.standard
        policy.logEntries = 200
        try await Stage.with(policy: policy) { stage in
            for user in 0..<100 { try await stage.feed(stage.posts(9, by: "u\(user)", from: start)) }
            let task = stage.coordinator()
            try await stage.settle()
            let outcome = try await Outcome(stage.calls)
            let dropped = outcome.statistics["dropped"] ?? 0
            #expect(dropped >= 600)
            #expect((outcome.statistics["events"] ?? 0) + dropped == 900)
            #expect(stage.journal.contain("error: \(dropped) events fell off"))
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `after an unblocking old evidence blocks no more, and new evidence does`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator()
            try await stage.feed(stage.posts(10, by: "clock", from: start))
            try await stage.settle()
            #expect(try await stage.isBlocked("clock"))

            let unblocked = start + 9 * 60_000 + 30_000
            _ = try await stage.calls.call("sentinel_unblock", ["subject", "user:clock", "at", unblocked])
            let again = stage.posts(10, by: "clock", from: start + 10 * 60_000)
            try await stage.feed(Array(again[..<9]))
            try await stage.settle()
            #expect(try await !stage.isBlocked("clock"))
            try await stage.feed(Array(again[9...]))
            try await stage.settle()
            let outcome = try await Outcome(stage.calls)
            #expect(outcome.blocks == ["user:clock": start + 19 * 60_000 + 900_000])
            task.cancel()
            _ = await task.value
        }
    }
}
