import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Hands every alert to all who follow them over HTTP, as server-sent events: one feed from Redis, however many follow.
/// <https://html.spec.whatwg.org/multipage/server-sent-events.html>
///
/// Lives on the API's loop.
actor AlertHub {
    /// Bytes of missed alerts that a follower is sent at once: half of what may wait for a slow client. If he missed more,
    /// the stream ends there; he comes again with the number of the last.
    private static let mostMissed = 128 << 10
    /// Between two looks whether the feed has begun, which takes some round trips to Redis.
    private static let aMoment = Duration.milliseconds(10)
    /// Alerts that may wait for one who joins, while what he missed is read.
    private static let mostWaiting = 1000

    nonisolated let loop: EventLoop
    private let calls: Calls
    private let subscriber: RedisSubscriber
    private let journal: Journal
    /// How often a follower hears something, so that proxies and he himself know that the connection lives.
    private let heartbeat: Duration
    /// Those who follow, by what they want to hear of.
    private var broadcasts: [AlertFilter: HTTPBroadcast] = [:]
    /// The number of the last alert that came, or before which none will; nil until the feed has begun.
    private var last: Int64?
    /// What came while somebody reads what he missed, by the number of his joining.
    private var joining: [Int: [AlertFeed.Item]] = [:]
    private var joined = 0
    /// Those who read from the log what the feed is yet to bring: they wait for the alert after the one of that number.
    private var ahead: [(stream: HTTPStream, filter: AlertFilter, newest: Int64)] = []
    private var tasks: [Task<Void, Never>] = []

    init(
        calls: Calls, redis: RedisConfiguration, on loop: EventLoop, journal: Journal,
        heartbeat: Duration = .seconds(15)
    ) {
        self.heartbeat = heartbeat
        self.loop = loop
        self.calls = calls
        self.journal = journal
        var configuration = redis
        configuration.failsFast = false
        subscriber = RedisSubscriber(configuration, on: loop)
    }

    /// How many follow.
    var followers: Int { broadcasts.values.reduce(ahead.count) { $0 + $1.count } }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func start() {
        tasks = [
            Task(executorPreference: loop) { await self.follow() },
            Task(executorPreference: loop) { await self.beat() },
        ]
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
                let begun = try await feed.begin(from: last.map { .number($0 + 1) } ?? .now)
                if last == nil { last = begun }
                try await feed.run { item in
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
        case .alert(let alert): last = alert.number
        case .renumbered: last = 0
        case .lost: break
        case .reconnected, .foreign: return
        }
        for key in joining.keys where joining[key, default: []].count < Self.mostWaiting { joining[key]?.append(item) }
        catchUpWithThoseAhead(item)
        let event = Self.event(item)
        for (filter, broadcast) in broadcasts {
            if case .alert(let alert) = item, !filter.accepts(alert) { continue }
            broadcast.send(event)
        }
    }

    /// Those who had read on join the others as soon as the feed brings what they have not had.
    private func catchUpWithThoseAhead(_ item: AlertFeed.Item) {
        guard !ahead.isEmpty else { return }
        for (stream, filter, newest) in ahead {
            if case .alert(let alert) = item, alert.number <= newest { continue }
            if case .lost = item { continue }
            add(stream, filter)
        }
        ahead.removeAll { _, _, newest in
            switch item {
            case .alert(let alert): alert.number > newest
            case .renumbered: true
            default: false
            }
        }
        ahead.removeAll { !$0.stream.isOpen }
    }

    private func add(_ stream: HTTPStream, _ filter: AlertFilter) {
        // Where nobody is left, the filter is forgotten: those of closed connections must not pile up.
        for (filter, broadcast) in broadcasts where broadcast.count == 0 { broadcasts[filter] = nil }
        let broadcast = broadcasts[filter] ?? HTTPBroadcast(on: loop)
        broadcast.add(stream)
        broadcasts[filter] = broadcast
    }

    /// Also tells those who leave some out how far the numbers are, so that they come back with the right one.
    private func beat() async {
        while (try? await loop.sleep(for: heartbeat)) != nil {
            for (filter, broadcast) in broadcasts {
                broadcast.send(filter.isOpen ? Self.sign : Self.sign + place(last))
            }
            ahead.removeAll { !$0.stream.isOpen }
            for each in ahead { each.stream.write(Self.sign) }
        }
    }

    // MARK: To followers

    /// The stream gets every alert that the filter takes from there on.
    func join(_ stream: HTTPStream, from start: AlertFeed.Start, _ filter: AlertFilter) {
        joined += 1
        let key = joined
        joining[key] = []
        Task(executorPreference: loop) { await self.begin(stream, from: start, filter, key) }
    }

    private func begin(_ stream: HTTPStream, from start: AlertFeed.Start, _ filter: AlertFilter, _ key: Int) async {
        // What is raised before the feed has begun it does not bring: nobody may count on it until then.
        while last == nil {
            guard stream.isOpen, (try? await loop.sleep(for: Self.aMoment)) != nil else {
                joining[key] = nil
                return stream.end()
            }
        }
        do throws(RedisError) {
            switch start {
            case .now:
                let newest = try await calls.newestAlert()
                let waiting = joining.removeValue(forKey: key) ?? []
                // He has a number to come back with before the first alert, and so misses none if the connection breaks.
                stream.write(Self.greeting + place(newest))
                goOn(stream, filter, waiting, after: newest)
            case .number(let number):
                stream.write(Self.greeting)
                await catchUp(stream, after: number - 1, filter, key)
            case .time(let time):
                let number = try await calls.alertNumber(before: time)
                stream.write(Self.greeting)
                await catchUp(stream, after: number, filter, key)
            }
        } catch {
            joining[key] = nil
            stream.end()
        }
    }

    private func catchUp(_ stream: HTTPStream, after number: Int64, _ filter: AlertFilter, _ key: Int) async {
        let missed = try? await calls.alerts(after: number, atMost: 1000, bytes: Self.mostMissed)
        let waiting = joining.removeValue(forKey: key) ?? []
        guard let missed, waiting.count < Self.mostWaiting else { return stream.end() }
        if missed.isRenumbered { stream.write(Self.event(.renumbered)) }
        if missed.lost > 0 { stream.write(Self.event(.lost(missed.lost))) }
        var newest = missed.isRenumbered ? 0 : number
        for alert in missed.alerts {
            newest = alert.number
            guard filter.accepts(alert) else { continue }
            guard stream.write(Self.event(.alert(alert))) else { return }
        }
        if !filter.isOpen || missed.alerts.isEmpty { stream.write(place(newest)) }
        if missed.goesOn { return stream.end() }
        goOn(stream, filter, waiting, after: newest)
    }

    /// What came meanwhile, and then what comes.
    private func goOn(
        _ stream: HTTPStream, _ filter: AlertFilter, _ waiting: [AlertFeed.Item], after newest: Int64
    ) {
        for item in waiting {
            if case .alert(let alert) = item {
                if alert.number <= newest || !filter.accepts(alert) { continue }
            }
            stream.write(Self.event(item))
        }
        if newest > last ?? 0 { ahead.append((stream, filter, newest)) } else { add(stream, filter) }
    }

    /// An event without data changes only the id that the follower comes back with.
    private func place(_ number: Int64?) -> [UInt8] {
        number.map { Array("id: \($0)\n\n".utf8) } ?? []
    }

    private static let greeting = Array("retry: 2000\n: alerts\n\n".utf8)
    private static let sign = Array(": \n\n".utf8)

    private static func event(_ item: AlertFeed.Item) -> [UInt8] {
        switch item {
        case .alert(let alert):
            Array("id: \(alert.number)\nevent: alert\ndata: ".utf8) + JSONWriter.bytes(alert.json) + Array("\n\n".utf8)
        case .lost(let count): Array("event: lost\ndata: {\"lost\":\(count)}\n\n".utf8)
        case .renumbered: Array("event: renumbered\ndata: {}\n\n".utf8)
        case .reconnected, .foreign: []
        }
    }
}
