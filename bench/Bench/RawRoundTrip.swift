import SentinelCore
import SentinelDaemon
import SentinelIO
import SentinelRedis

/// The least that could turn events into block keys over Redis: events are added to a stream (`XADD`), one reader waits there
/// (`XREAD`), and sets a key (`SET`) for each that it knows by its name, and tells of it (`PUBLISH`), as we do.
struct RawRoundTrip {
    private static let stream = "raw:events"
    private static let channel = "raw:blocks"
    private let load: Load

    init(_ load: Load) {
        self.load = load
    }

    /// From the answer to the event until it is heard of.
    func run(_ site: Site) async throws -> Distribution {
        let news = try await News(of: [Self.channel], site, capacity: load.count)
        let client = RedisClient(site.redis.configuration, on: site.loop)
        let work = Task { try await read(with: client) }
        let feed = EventFeed(
            pieces: load.pieces { event, pipeline in
                var fields: [[UInt8]] = []
                event.appendFields(to: &fields, withTime: false)
                pipeline.append("XADD", ["raw:events", "*"] + fields)
            }, step: load.step)
        let outcome = try await feed.run(to: site.redis.socket)
        let heard = await news.end(after: .milliseconds(500), site)
        work.cancel()
        _ = await work.result
        await client.close()
        return try load.delays(from: outcome, to: heard[Self.channel])
    }

    private func read(with client: RedisClient) async throws {
        var cursor = "0-0"
        while !Task.isCancelled {
            let reply = try await client.call("XREAD", "COUNT", 1000, "BLOCK", 100, "STREAMS", Self.stream, cursor)
            guard !reply.isNull, let stream = try reply.array.first else { continue }
            var pipeline = RedisPipeline()
            for entry in try stream.array[1].array {
                cursor = try entry.array[0].string
                let fields = try entry.array[1].array
                guard let user = try fields.firstIndex(where: { try $0.bytes == Self.user }),
                    case let name = try fields[user + 1].bytes, name.starts(with: "stranger".utf8)
                else { continue }
                let subject = "user:" + String(decoding: name, as: UTF8.self)
                pipeline.append("SET", "raw:block:" + subject, "{}", "EX", 900)
                pipeline.append("PUBLISH", Self.channel, "{\"subject\":\"\(subject)\"}")
            }
            for reply in try await client.send(pipeline) { _ = try reply.orThrow() }
        }
    }

    private static let user = Array("user".utf8)
}
