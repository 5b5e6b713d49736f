import SentinelCore
import SentinelRedis

@testable import SentinelEngine

/// An app that loses nothing: it sends again whatever was not acknowledged. The ids see to it that nothing counts twice.
struct Feeder {
    let calls: Calls
    /// Items sent together.
    var piece = 50

    /// Sends all items in their order. Returns how many were acknowledged as allowed or limited; throws at any other answer.
    func feed(_ items: [KnownAbuse.Item]) async throws -> Int {
        let retry = RedisRetry(tries: 2000, backoff: Backoff(initial: .milliseconds(2), limit: .milliseconds(20)))
        var acknowledged = 0
        for start in stride(from: 0, to: items.count, by: piece) {
            let part = items[start..<min(start + piece, items.count)]
            var pipeline = RedisPipeline()
            for item in part { pipeline.append("FCALL", arguments(of: item)) }
            for reply in try await calls.client.send(pipeline, retrying: retry) {
                let fields = try reply.orThrow().pairs
                guard let first = fields.first else { throw Surprise(answer: "nothing") }
                let verdict = first.field == "accepted" ? "allow" : try first.value.string
                guard verdict == "allow" || verdict == "limit" else { throw Surprise(answer: verdict) }
                acknowledged += 1
            }
        }
        return acknowledged
    }

    /// An answer that no item of `KnownAbuse` may get.
    struct Surprise: Error {
        var answer: String
    }

    private func arguments(of item: KnownAbuse.Item) -> [any RedisArgument] {
        switch item {
        case .event(let event):
            ["sentinel_record", "1", calls.keys.prefix] + Calls.arguments(of: event, withTime: true)
        case .report(let type, let user, let at, let id):
            ["sentinel_report", "1", calls.keys.prefix, "type", type, "user", user, "at", at, "id", id]
        }
    }
}
