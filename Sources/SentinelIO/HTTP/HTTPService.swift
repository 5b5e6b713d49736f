/// What an HTTP server is on its loop's thread: the listener, the connections, and their time.
///
/// Lives on the loop's thread, except `init`. Unchecked, because closures that are put on the loop carry it there.
final class HTTPService: @unchecked Sendable {
    /// Starts an answer that takes time, and delivers it by the connection's number.
    typealias Starter = (_ work: @escaping @Sendable () async -> HTTPReply, _ connection: UInt64) -> Void

    let configuration: HTTPConfiguration
    let loop: EventLoop
    let handler: HTTPHandler
    var starter: Starter = { _, _ in }
    /// For whoever writes next: saves an allocation a response.
    var output: [UInt8] = []
    var date = HTTPDate()
    private(set) var isDraining = false
    private(set) var inFlight = 0
    private var listener: SocketListener?
    private var connections: [UInt64: HTTPConnection] = [:]
    private var accepted: UInt64 = 0
    private var timer: LoopTimer?
    private var drained: [CheckedContinuation<Void, Never>] = []

    init(_ configuration: HTTPConfiguration, on loop: EventLoop, handler: @escaping HTTPHandler) {
        self.configuration = configuration
        self.loop = loop
        self.handler = handler
    }

    var connectionCount: Int { connections.count }

    func connection(_ id: UInt64) -> HTTPConnection? { connections[id] }

    // MARK: Connections

    func listen(at endpoint: Endpoint) throws(IOError) -> Endpoint {
        FileLimit.raise(to: configuration.maximumConnections + 256)
        let made = try SocketListener(at: endpoint, on: loop) { [weak self] in self?.accept($0) }
        listener = made
        return made.endpoint
    }

    private func accept(_ stream: SocketStream) {
        accepted += 1
        connections[accepted] = HTTPConnection(stream, id: accepted, of: self)
        if connections.count >= configuration.maximumConnections { listener?.setAccepting(false) }
        if timer == nil { startTimer() }
    }

    func remove(_ connection: HTTPConnection) {
        connections[connection.id] = nil
        if !isDraining, connections.count == configuration.maximumConnections - 1 { listener?.setAccepting(true) }
        if connections.isEmpty { endDrain() }
    }

    // MARK: Answers that take time

    /// False when too many are under way.
    func begin(_ work: @escaping @Sendable () async -> HTTPReply, for connection: UInt64) -> Bool {
        guard inFlight < configuration.maximumRequestsInFlight else { return false }
        inFlight += 1
        starter(work, connection)
        return true
    }

    func end(_ reply: HTTPReply, for connection: UInt64) {
        inFlight -= 1
        connections[connection]?.reply(reply)
    }

    // MARK: Time

    /// One timer for all: deadlines are seconds, and moving a timer with each request costs more than looking at all
    /// connections some times a second.
    private func startTimer() {
        let shortest = min(
            configuration.requestDeadline, configuration.idleTimeout, configuration.responseDeadline,
            configuration.lingerTime)
        let timer = LoopTimer(on: loop) { [weak self] in self?.sweep() }
        self.timer = timer
        timer.start(after: min(max(shortest / 8, .milliseconds(5)), .milliseconds(250)))
    }

    private func sweep() {
        timer = nil
        let now = ContinuousClock.now
        for connection in Array(connections.values) { connection.expire(now) }
        if !connections.isEmpty { startTimer() }
    }

    // MARK: The end

    func drain(within patience: Duration) async {
        if isDraining, connections.isEmpty { return }
        isDraining = true
        listener?.close()
        for connection in Array(connections.values) { connection.drain() }
        if connections.isEmpty { return }
        let limit = LoopTimer(on: loop) { [weak self] in self?.close() }
        limit.start(after: patience)
        await withCheckedContinuation { drained.append($0) }
        limit.cancel()
    }

    func close() {
        isDraining = true
        listener?.close()
        for connection in Array(connections.values) {
            connection.drain()
            connection.close()
        }
        timer?.cancel()
        timer = nil
        endDrain()
    }

    private func endDrain() {
        guard isDraining else { return }
        let waiters = drained
        drained = []
        for waiter in waiters { waiter.resume() }
    }
}
