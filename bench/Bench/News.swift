import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Hears of subjects on channels of Redis, on a loop of its own, and notes when for the first time.
struct News {
    /// When each subject was heard of first.
    typealias Heard = [String: ContinuousClock.Instant]

    private let loop: EventLoop
    private let subscriber: RedisSubscriber
    private let heard: Task<[String: Heard], Never>

    init(of channels: [String], _ site: Site, capacity: Int) async throws {
        loop = try EventLoop(name: "listener")
        let subscriber = RedisSubscriber(site.redis.configuration, on: loop, bufferCount: capacity)
        self.subscriber = subscriber
        for channel in channels { try await subscriber.subscribe(to: channel) }
        heard = Task { await Self.listen(to: subscriber) }
    }

    /// What was heard until so long from now, by channel.
    func end(after time: Duration, _ site: Site) async -> [String: Heard] {
        try? await site.calls.client.loop.sleep(for: time)
        await subscriber.close()
        let all = await heard.value
        await loop.stop()
        return all
    }

    private static func listen(to subscriber: RedisSubscriber) async -> [String: Heard] {
        var heard: [String: Heard] = [:]
        for await push in subscriber.pushes {
            guard case .message(let message) = push else { continue }
            let now = ContinuousClock.now
            guard let subject = (try? JSONReader.read(message.payload))?["subject"]?.text,
                heard[message.channel]?[subject] == nil
            else { continue }
            heard[message.channel, default: [:]][subject] = now
        }
        return heard
    }
}
