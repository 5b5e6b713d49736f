import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct ForgetTests {
    /// Keys that hold or name a part, those of the audit log aside.
    private static func traces(of part: String, _ stage: Stage) async throws -> Set<String> {
        var found: Set<String> = []
        for key in try await stage.calls.client.call("KEYS", "*").array.map({ try $0.string }) {
            let value = try await stage.calls.client.call("DUMP", key).bytes
            if key.contains(part) || String(decoding: value, as: UTF8.self).contains(part) { found.insert(key) }
        }
        // What others posted too is known by its authors for a day or two.
        return found.filter { !$0.hasSuffix(":audit") && !$0.contains(":t:#") }
    }

    @Test func `a subject is gone, and the coordinator has no memory of it`() async throws {
        try await Stage.with { stage in
            let task = stage.coordinator()
            for number in 0..<5 {
                for user in ["mallory-x", "ada"] {
                    let event = Event(kind: "message", user: Array(user.utf8), object: [UInt8(number)])
                    _ = try await stage.calls.record(event)
                }
            }
            try await stage.settle()
            let mallory = try Subject(printable: "user:mallory-x")
            #expect(try await stage.calls.summary(of: mallory, policy: stage.policy).activity.events == 5)
            #expect(
                try await stage.calls.forget(mallory, by: "admin:x", note: nil, policy: stage.policy) > 3)
            try await stage.settle()
            let traces = try await Self.traces(of: "mallory-x", stage)
            #expect(traces == [])
            #expect(try await stage.calls.summary(of: mallory, policy: stage.policy).isKnown == false)
            let ada = try await stage.calls.summary(of: Subject(printable: "user:ada"), policy: stage.policy)
            #expect(ada.activity.events == 5)
            // It begins anew.
            _ = try await stage.calls.record(Event(kind: "message", user: Array("mallory-x".utf8)))
            try await stage.settle()
            #expect(try await stage.calls.summary(of: mallory, policy: stage.policy).activity.events == 1)
            task.cancel()
            _ = await task.value
        }
    }
}
