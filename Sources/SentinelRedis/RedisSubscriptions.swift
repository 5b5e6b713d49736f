internal import SentinelIO

/// A channel, or a pattern of channels.
struct RedisTopic: Hashable {
    let name: String
    let isPattern: Bool
}

/// What a subscriber wants to hear, what the server has confirmed, and what has arrived.
///
/// Lives on the loop's thread, except `init`.
final class RedisSubscriptions: RedisLinkDelegate {
    typealias Confirmation = CheckedContinuation<Result<Void, RedisError>, Never>

    /// A reply that is to come. The server answers in order, messages stand between.
    private enum Awaited {
        case subscribed(RedisTopic)
        case unsubscribed
        case pong
    }

    private let configuration: RedisConfiguration
    private let link: RedisLink
    private let loop: EventLoop
    private var wanted: Set<RedisTopic> = []
    private var waiters: [RedisTopic: [(deadline: ContinuousClock.Instant, confirmation: Confirmation)]] = [:]
    private var awaited = Queue<Awaited>()
    /// Confirmations still to come until the consumer is told that the connection stands again.
    private var missing: Set<RedisTopic>?
    private var wasOpen = false
    private var isPongAwaited = false
    private var timer: LoopTimer?
    private var lastFailure: RedisError?
    private var buffer: RedisPushBuffer
    private var reader: CheckedContinuation<RedisPush?, Never>?
    private var isClosed = false

    init(_ configuration: RedisConfiguration, on loop: EventLoop, buffer: RedisPushBuffer) {
        self.configuration = configuration
        self.loop = loop
        self.buffer = buffer
        link = RedisLink(configuration, on: loop)
    }

    // MARK: Asking

    func add(_ topic: RedisTopic, _ confirmation: Confirmation) {
        guard !isClosed else {
            return confirmation.resume(returning: .failure(error(.closed, "the subscriber is closed")))
        }
        wanted.insert(topic)
        waiters[topic, default: []].append((.now + configuration.requestTimeout, confirmation))
        startTimer()
        link.start(delegate: self)
        // Also when it is subscribed already: the server confirms again.
        if link.isOpen { send([topic]) }
    }

    func remove(_ topic: RedisTopic) {
        guard wanted.remove(topic) != nil else { return }
        confirm(topic, .failure(error(.cancelled, "unsubscribed meanwhile")))
        missing?.remove(topic)
        guard link.isOpen else { return }
        var pipeline = RedisPipeline()
        pipeline.append(topic.isPattern ? "PUNSUBSCRIBE" : "UNSUBSCRIBE", topic.name)
        awaited.append(.unsubscribed)
        write(pipeline)
    }

    func read(_ continuation: CheckedContinuation<RedisPush?, Never>) {
        // A second reader would take the place of the first for ever: the first sees the end.
        reader.take()?.resume(returning: nil)
        if let push = buffer.popFirst() {
            continuation.resume(returning: push)
        } else if isClosed {
            continuation.resume(returning: nil)
        } else {
            reader = continuation
        }
    }

    func cancelReading() {
        reader.take()?.resume(returning: nil)
    }

    func close() {
        end(error(.closed, "the subscriber was closed"))
        link.close()
    }

    private func end(_ error: RedisError) {
        isClosed = true
        timer?.cancel()
        for topic in waiters.keys { confirm(topic, .failure(error)) }
        reader.take()?.resume(returning: nil)
    }

    private func error(_ code: RedisError.Code, _ message: String) -> RedisError {
        RedisError(code, message, address: link.address)
    }

    private func confirm(_ topic: RedisTopic, _ result: Result<Void, RedisError>) {
        for waiter in waiters.removeValue(forKey: topic) ?? [] { waiter.confirmation.resume(returning: result) }
    }

    private func deliver(_ push: RedisPush) {
        buffer.append(push)
        if let reader = reader.take() { reader.resume(returning: buffer.popFirst()) }
    }

    // MARK: Writing

    private func send(_ topics: some Collection<RedisTopic>) {
        var pipeline = RedisPipeline()
        for topic in topics {
            // One by one, so that each is answered by one reply, an error too.
            pipeline.append(topic.isPattern ? "PSUBSCRIBE" : "SUBSCRIBE", topic.name)
            awaited.append(.subscribed(topic))
        }
        if pipeline.count > 0 { write(pipeline) }
    }

    private func write(_ pipeline: RedisPipeline) {
        do throws(RedisError) {
            try link.write(pipeline)
        } catch {
            link.drop(error)
        }
    }

    /// Looks after everything that can take too long: confirmations, and a peer that is gone without a word.
    private func startTimer() {
        if timer?.isPending == true { return }
        let timer = timer ?? LoopTimer(on: loop) { [weak self] in self?.tick() }
        self.timer = timer
        timer.start(after: configuration.requestTimeout)
    }

    private func tick() {
        let now = ContinuousClock.now
        let late = lastFailure ?? error(.timeout, "no confirmation within \(configuration.requestTimeout)")
        for (topic, list) in waiters {
            for waiter in list where waiter.deadline <= now { waiter.confirmation.resume(returning: .failure(late)) }
            waiters[topic] = list.filter { $0.deadline > now }
        }
        waiters = waiters.filter { !$0.value.isEmpty }
        if link.isOpen {
            if isPongAwaited {
                link.drop(error(.timeout, "no sign of life within \(configuration.requestTimeout)"))
            } else {
                isPongAwaited = true
                awaited.append(.pong)
                var ping = RedisPipeline()
                ping.append("PING")
                write(ping)
            }
        }
        startTimer()
    }

    // MARK: Link

    func linkDidOpen(_ link: RedisLink) {
        lastFailure = nil
        if wasOpen { missing = wanted }
        wasOpen = true
        send(wanted)
        tellWhenComplete()
    }

    func linkDidDrain(_ link: RedisLink) {}

    func link(_ link: RedisLink, didCloseWith error: RedisError) {
        lastFailure = error
        _ = awaited.removeAll()
        isPongAwaited = false
        if error.code == .closed { end(error) }
    }

    func link(_ link: RedisLink, didReceive reply: RedisReply) {
        do throws(RedisError) {
            guard case .array(let parts) = reply, let kind = try parts.first?.string else { return try answer(reply) }
            switch (kind, parts.count) {
            case ("message", 3):
                deliver(.message(RedisMessage(channel: try parts[1].string, payload: try parts[2].bytes)))
            case ("pmessage", 4):
                let (pattern, channel) = (try parts[1].string, try parts[2].string)
                deliver(.message(RedisMessage(channel: channel, pattern: pattern, payload: try parts[3].bytes)))
            default: try answer(reply)
            }
        } catch {
            link.drop(error)
        }
    }

    /// Takes the reply to the oldest command.
    private func answer(_ reply: RedisReply) throws(RedisError) {
        guard let command = awaited.popFirst() else { throw error(.protocolError, "a reply that nobody asked for") }
        switch (command, reply) {
        case (.subscribed(let topic), .error(let refusal)):
            let isReconnecting = missing?.remove(topic) != nil
            // When it was granted before, the server may be about to grant it again: LOADING, an ACL being changed.
            if isReconnecting && waiters[topic] == nil { throw refusal }
            wanted.remove(topic)
            confirm(topic, .failure(RedisError(refusal.code, refusal.message, address: link.address)))
        case (.subscribed(let topic), _):
            confirm(topic, .success(()))
            missing?.remove(topic)
        case (.pong, .error(let error)): throw error
        case (.pong, _): isPongAwaited = false
        case (.unsubscribed, _): break
        }
        tellWhenComplete()
    }

    private func tellWhenComplete() {
        guard missing?.isEmpty == true else { return }
        missing = nil
        deliver(.reconnected)
    }
}
