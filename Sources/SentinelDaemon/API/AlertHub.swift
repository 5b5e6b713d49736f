import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Hands every alert to all who follow them over HTTP, as server-sent events: one feed from Redis, however many follow.
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html>
///
/// Lives on the API's loop.
actor AlertHub {
    /// How often a follower hears something, so that proxies and he himself know that the connection lives.
    static let heartbeat = Duration.seconds(15)
    /// Bytes of missed alerts that a follower is sent at once: half of what may wait for a slow client. If he missed more,
    /// the stream ends there; he comes again with the number of the last.
    private static let mostMissed = 128 << 10
    /// Alerts that may wait for one who joins, while what he missed is read.
    private static let mostWaiting = 1000

    nonisolated let loop: EventLoop
    private let calls: Calls
    private let subscriber: RedisSubscriber
    private let journal: Journal
    private let broadcast: HTTPBroadcast
    /// The number of the last alert that came.
    private var last: Int64?
    /// What came while somebody reads what he missed, by the number of his joining.
    private var joining: [Int: [(number: Int64, event: [UInt8])]] = [:]
    private var joined = 0
    /// Those who read from the log what the feed is yet to bring: they wait for the alert after the one of that number.
    private var ahead: [(stream: HTTPStream, newest: Int64)] = []
    private var tasks: [Task<Void, Never>] = []

    init(calls: Calls, redis: RedisConfiguration, on loop: EventLoop, journal: Journal) {
        self.loop = loop
        self.calls = calls
        self.journal = journal
        var configuration = redis
        configuration.failsFast = false
        subscriber = RedisSubscriber(configuration, on: loop)
        broadcast = HTTPBroadcast(on: loop)
    }

    /// How many follow.
    var followers: Int { broadcast.count + ahead.count }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func start() {
        tasks = [Task { await follow() }, Task { await beat() }]
    }

    func stop() async {
        for task in tasks { task.cancel() }
        await subscriber.close()
    }

    // MARK: From Redis

    private func follow() async {
        while !Task.isCancelled {
            do {
                var feed = AlertFeed(calls: calls, subscriber: subscriber)
                try await feed.run(from: last.map { .number($0 + 1) } ?? .now) { item in
                    deliver(item)
                    return true
                }
                return
            } catch is CancellationError {
                return
            } catch {
                journal.warning("the API cannot follow alerts: \(error)")
                try? await loop.sleep(for: .seconds(1))
            }
        }
    }

    private func deliver(_ item: AlertFeed.Item) {
        switch item {
        case .alert(let alert):
            last = alert.number
            send(Self.event(alert), alert.number)
        case .lost(let count): send(Self.lost(count), 0)
        case .renumbered:
            last = nil
            for (stream, _) in ahead { broadcast.add(stream) }
            ahead = []
            send(Self.renumbered, 0)
        case .reconnected, .foreign: break
        }
    }

    private func send(_ event: [UInt8], _ number: Int64) {
        for key in joining.keys where joining[key, default: []].count < Self.mostWaiting {
            joining[key]?.append((number, event))
        }
        for (stream, newest) in ahead where number > newest { broadcast.add(stream) }
        ahead.removeAll { number > $0.newest || !$0.stream.isOpen }
        broadcast.send(event)
    }

    private func beat() async {
        while (try? await loop.sleep(for: Self.heartbeat)) != nil { broadcast.send(Array(": \n\n".utf8)) }
    }

    // MARK: To followers

    /// The stream gets every alert from now on, and before them those after the one of that number.
    func join(_ stream: HTTPStream, after number: Int64?) {
        stream.write(Array("retry: 2000\n: alerts\n\n".utf8))
        guard let number else { return broadcast.add(stream) }
        joined += 1
        let key = joined
        joining[key] = []
        Task { await catchUp(stream, after: number, key) }
    }

    private func catchUp(_ stream: HTTPStream, after number: Int64, _ key: Int) async {
        let missed = try? await calls.alerts(after: number, atMost: 1000)
        let waiting = joining.removeValue(forKey: key) ?? []
        guard let missed, waiting.count < Self.mostWaiting else { return stream.end() }
        if missed.isRenumbered { stream.write(Self.renumbered) }
        if missed.lost > 0 { stream.write(Self.lost(missed.lost)) }
        var sent = 0
        var newest = missed.isRenumbered ? 0 : number
        for alert in missed.alerts {
            let event = Self.event(alert)
            sent += event.count
            guard sent <= Self.mostMissed || sent == event.count else { return stream.end() }
            guard stream.write(event) else { return }
            newest = alert.number
        }
        if missed.goesOn { return stream.end() }
        for (number, event) in waiting where number == 0 || number > newest { stream.write(event) }
        if newest > last ?? 0 { ahead.append((stream, newest)) } else { broadcast.add(stream) }
    }

    private static func event(_ alert: Alert) -> [UInt8] {
        Array("id: \(alert.number)\nevent: alert\ndata: ".utf8) + JSONWriter.bytes(alert.json) + Array("\n\n".utf8)
    }

    private static let renumbered = Array("event: renumbered\ndata: {}\n\n".utf8)

    private static func lost(_ count: Int64) -> [UInt8] {
        Array("event: lost\ndata: {\"lost\":\(count)}\n\n".utf8)
    }
}
