package import SentinelCore
import SentinelRedis

extension Calls {
    /// Looks so often, and waits so long in between, to see whether a coordinator has read of an erasure.
    private static let looks = 50
    private static let pause = Duration.milliseconds(20)

    /// Erases what is known of a subject, see `sentinel_forget`. Returns how many keys and entries that were.
    package func forget(
        _ subject: Subject, by: String, note: String?, policy: Policy
    ) async throws -> Int {
        let now = try await now()
        let spans = ActivityShelf.spans(from: .min, to: now, policy.timeline)
        var common: [any RedisArgument] = [
            "subject", subject.bytes, "first", spans.lowerBound - 1, "last", spans.upperBound + 1, "by", by,
        ]
        if let note { common += ["note", note] as [any RedisArgument] }
        var erased = 0
        var cursor: String?
        repeat {
            let words = cursor.map { ["cursor", $0] as [any RedisArgument] } ?? []
            let reply = try await call("sentinel_forget", common + words)
            erased += Int(try reply["erased"]?.int ?? 0)
            cursor = try reply["cursor"]?.string
        } while cursor != nil
        // What a coordinator had in hand meanwhile it writes with its next commit; then it reads that it is to forget.
        let log = EventLog(client: client, keys: keys)
        if let mark = try await log.newest(), !(try await client.call("HGET", keys.lease, "owner").isNull) {
            for _ in 0..<Self.looks {
                if try await log.cursor() >= mark { break }
                try await Task.sleep(for: Self.pause)
            }
        }
        _ = try await call("sentinel_forget", common + ["again", 1] as [any RedisArgument])
        return erased
    }
}
