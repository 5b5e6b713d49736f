internal import SentinelIO

/// Hears what happens on a link. On the loop's thread.
protocol RedisLinkDelegate: AnyObject {
    /// Connected, greeted, and ready for commands.
    func linkDidOpen(_ link: RedisLink)
    /// One reply, in the order of the commands.
    func link(_ link: RedisLink, didReceive reply: RedisReply)
    /// Everything written has gone out.
    func linkDidDrain(_ link: RedisLink)
    /// The connection is gone, or could not be made. Unless the code is `closed`, the link tries again by itself.
    func link(_ link: RedisLink, didCloseWith error: RedisError)
}

/// Keeps one connection to Redis standing: connects, greets (`AUTH`, `SELECT`, `CLIENT SETNAME`), and connects again
/// after a back-off whenever it breaks. Knows nothing of who asked what.
///
/// Lives on the loop's thread, except `init`.
final class RedisLink {
    private enum Phase {
        case idle
        case connecting
        /// Connected; so many replies to the greeting are still to come.
        case greeting(awaited: Int)
        case open
        case pausing
        case closed
    }

    private let configuration: RedisConfiguration
    private let loop: EventLoop
    private weak var delegate: (any RedisLinkDelegate)?
    private var phase = Phase.idle
    private var stream: SocketStream?
    private var reader = RESPReader()
    private var timer: LoopTimer?
    private var failures = 0

    init(_ configuration: RedisConfiguration, on loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    var isOpen: Bool { if case .open = phase { true } else { false } }
    var address: String { configuration.address.description }

    /// Begins to connect, and stays at it from then on. Does nothing when it has begun already.
    func start(delegate: any RedisLinkDelegate) {
        guard case .idle = phase else { return }
        self.delegate = delegate
        connect()
    }

    /// Queues commands. Throws `queueFull` when too much waits to go out.
    func write(_ pipeline: RedisPipeline) throws(RedisError) {
        guard isOpen, let stream else { throw RedisError(.connectionLost, "not connected", address: address) }
        try send(pipeline, on: stream)
    }

    /// Gives up the connection because of `error`, tells the delegate, and makes another.
    func drop(_ error: RedisError) {
        if case .closed = phase { return }
        var error = error
        error.address = address
        stream?.close()
        stream = nil
        failures += 1
        let mayRetry = error.code != .closed
        phase = mayRetry ? .pausing : .closed
        timer?.cancel()
        if mayRetry {
            let pause = configuration.backoff.delay(afterFailures: failures, randomness: .random(in: 0...1))
            startTimer(pause) { $0.connect() }
        }
        delegate?.link(self, didCloseWith: error)
    }

    /// Closes for good. The delegate hears nothing more.
    func close() {
        phase = .closed
        delegate = nil
        timer?.cancel()
        stream?.close()
        stream = nil
    }

    private func startTimer(_ delay: Duration, _ body: @escaping (RedisLink) -> Void) {
        timer = LoopTimer(on: loop) { [weak self] in self.map(body) }
        timer?.start(after: delay)
    }

    private func connect() {
        if case .closed = phase { return }
        phase = .connecting
        reader = RESPReader()
        let limit = configuration.connectTimeout
        startTimer(limit) { $0.drop(RedisError(.connectTimeout, "no connection within \(limit)")) }
        do throws(IOError) {
            stream = try SocketStream(connectingTo: configuration.address.endpoint, on: loop, delegate: self)
        } catch {
            drop(RedisError(error, address: address))
        }
    }

    private func send(_ pipeline: RedisPipeline, on stream: SocketStream) throws(RedisError) {
        do throws(IOError) {
            try stream.write(pipeline.bytes)
        } catch {
            throw RedisError(error, address: address)
        }
    }

    // MARK: Greeting

    /// The name is not worth failing for, so it comes last and its reply is ignored.
    private var greeting: RedisPipeline {
        let address = configuration.address
        var greeting = RedisPipeline()
        if let password = address.password {
            if let username = address.username {
                greeting.append("AUTH", username, password)
            } else {
                greeting.append("AUTH", password)
            }
        }
        if address.database != 0 { greeting.append("SELECT", address.database) }
        if let name = configuration.clientName { greeting.append("CLIENT", "SETNAME", name) }
        return greeting
    }

    private func greet(on stream: SocketStream) {
        let greeting = greeting
        guard greeting.count > 0 else { return didGreet() }
        phase = .greeting(awaited: greeting.count)
        do throws(RedisError) {
            try send(greeting, on: stream)
        } catch {
            drop(error)
        }
    }

    private func didReceiveGreeting(_ reply: RedisReply, awaited: Int) {
        let isName = awaited == 1 && configuration.clientName != nil
        if case .error(let error) = reply, !isName {
            drop(error)
        } else if awaited > 1 {
            phase = .greeting(awaited: awaited - 1)
        } else {
            didGreet()
        }
    }

    private func didGreet() {
        phase = .open
        timer?.cancel()
        delegate?.linkDidOpen(self)
    }
}

extension RedisLink: SocketStreamDelegate {
    func streamDidOpen(_ stream: SocketStream) {
        greet(on: stream)
    }

    func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
        // Kept, because a delegate may drop the connection, and the next one has a reader of its own.
        let reader = reader
        do throws(RedisError) {
            try reader.feed(bytes)
            while self.stream === stream, let reply = try reader.next() {
                switch phase {
                case .greeting(let awaited): didReceiveGreeting(reply, awaited: awaited)
                case .open:
                    // Only now: a server that takes connections and drops them is a broken one still.
                    failures = 0
                    delegate?.link(self, didReceive: reply)
                default: throw RedisError(.protocolError, "a reply that nobody asked for")
                }
            }
        } catch {
            drop(error)
        }
    }

    func streamDidDrain(_ stream: SocketStream) {
        if isOpen { delegate?.linkDidDrain(self) }
    }

    func stream(_ stream: SocketStream, didCloseWith error: IOError) {
        drop(RedisError(error, address: address))
    }
}
