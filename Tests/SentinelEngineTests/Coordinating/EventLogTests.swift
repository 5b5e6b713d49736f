import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct EventLogTests {
    @Test func `a reading with hardly any patience ends, too`() async throws {
        try await Stage.with { stage in
            let log = EventLog(client: stage.calls.client, keys: stage.calls.keys)
            for patience in [Duration.zero, .microseconds(10), .milliseconds(1)] {
                let batch = try await log.entries(after: .start, count: 1, patience: patience)
                #expect(batch.last == nil && batch.entries.isEmpty)
            }
        }
    }
}
