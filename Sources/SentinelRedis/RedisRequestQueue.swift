internal import SentinelIO

/// The requests of one client: those that wait for the connection, and those whose replies are to come.
///
/// Replies carry no number, so the order is all there is: when one does not come in time, the connection is given up.
/// Lives on the loop's thread, except `init`.
final class RedisRequestQueue: RedisLinkDelegate {
    /// Expired requests are looked for at most this often, so that many different deadlines cost little.
    private static let timerGrain = Duration.milliseconds(5)

    private let configuration: RedisConfiguration
    private let link: RedisLink
    private let loop: EventLoop
    private var waiting = Queue<RedisRequest>()
    private var waitingBytes = 0
    private var sent = Queue<RedisRequest>()
    private var timer: LoopTimer?
    private var wakeAt: ContinuousClock.Instant?
    /// Why there is no connection: what a request that waited in vain is told.
    private var lastFailure: RedisError?
    private var isClosed = false

    init(_ configuration: RedisConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        link = RedisLink(configuration, on: loop)
    }

    /// Sends the request, or lets it wait for the connection. It is resumed in any case, not later than its deadline.
    func submit(_ request: RedisRequest) {
        guard !isClosed else { return request.fail(error(.closed, "the client is closed")) }
        let pending = waiting.count + sent.count
        guard pending < configuration.maxPendingRequests, waitingBytes < configuration.maxWaitingBytes else {
            let state = lastFailure.map { ", and there is no connection: \($0.message)" } ?? ""
            return request.fail(error(.queueFull, "\(pending) requests wait already\(state)"))
        }
        if configuration.failsFast, let lastFailure, !link.isOpen { return request.fail(lastFailure) }
        link.start(delegate: self)
        waiting.append(request)
        waitingBytes += request.pipeline.bytes.count
        flush()
        wake(at: request.deadline)
    }

    func close() {
        end(error(.closed, "the client was closed"))
        link.close()
    }

    private func error(_ code: RedisError.Code, _ message: String) -> RedisError {
        RedisError(code, message, address: link.address)
    }

    /// Writes what waits, as far as the stream takes it; the rest goes when the stream has drained.
    private func flush() {
        while link.isOpen, let request = waiting.first {
            if !request.isAbandoned {
                do throws(RedisError) {
                    try link.write(request.pipeline)
                } catch {
                    return
                }
                sent.append(request)
            }
            _ = waiting.popFirst()
            waitingBytes -= request.pipeline.bytes.count
        }
    }

    private func failWaiting(_ error: RedisError) {
        waitingBytes = 0
        for request in waiting.removeAll() { request.fail(error) }
    }

    private func end(_ error: RedisError) {
        isClosed = true
        timer?.cancel()
        failWaiting(error)
        for request in sent.removeAll() { request.fail(error) }
    }

    // MARK: Time

    private func wake(at deadline: ContinuousClock.Instant) {
        if let wakeAt, wakeAt <= deadline { return }
        wakeAt = deadline
        let timer = timer ?? LoopTimer(on: loop) { [weak self] in self?.expire() }
        self.timer = timer
        timer.start(after: max(ContinuousClock.now.duration(to: deadline), Self.timerGrain))
    }

    private func expire() {
        wakeAt = nil
        let now = ContinuousClock.now
        let stillWaiting = waiting.removeAll()
        waitingBytes = 0
        for request in stillWaiting {
            if request.deadline <= now {
                request.fail(lastFailure ?? error(.timeout, "no connection within \(request.timeout)"))
            } else {
                waiting.append(request)
                waitingBytes += request.pipeline.bytes.count
            }
        }
        var isLate = false
        for request in sent where request.deadline <= now {
            // Cancelled ones count: the peer is as silent for them.
            isLate = true
            request.fail(error(.timeout, "no reply within \(request.timeout); the command may have been executed"))
        }
        if isLate { link.drop(error(.connectionLost, "gave up the connection, for a reply did not come in time")) }
        let deadlines = [waiting.lazy.map(\.deadline).min(), sent.lazy.map(\.deadline).min()]
        if let next = deadlines.compactMap(\.self).min() { wake(at: next) }
    }

    // MARK: Link

    func linkDidOpen(_ link: RedisLink) {
        lastFailure = nil
        flush()
    }

    func linkDidDrain(_ link: RedisLink) {
        flush()
    }

    func link(_ link: RedisLink, didReceive reply: RedisReply) {
        var reply = reply
        if case .error(var error) = reply {
            error.address = link.address
            reply = .error(error)
        }
        guard let request = sent.first else {
            return link.drop(error(.protocolError, "a reply that nobody asked for"))
        }
        if request.receive(reply) { _ = sent.popFirst() }
    }

    func link(_ link: RedisLink, didCloseWith error: RedisError) {
        lastFailure = error
        let lost = RedisError(
            .connectionLost,
            "\(error.message); the command may have been executed",
            address: link.address
        )
        for request in sent.removeAll() { request.fail(error.code == .protocolError ? error : lost) }
        switch error.code {
        case .closed: end(error)
        // Waiting does not help against a wrong password or database.
        case .noAuth, .noPermission, .server, .notSupported, .badAddress: failWaiting(error)
        default: if configuration.failsFast { failWaiting(error) }
        }
    }
}
