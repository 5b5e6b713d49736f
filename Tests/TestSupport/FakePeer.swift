package import SentinelIO

/// A server that follows a script instead of a protocol: for what a real one never does.
package actor FakePeer {
    /// What it does on one connection, step by step.
    package enum Step: Sendable {
        /// Waits until so many bytes more have arrived.
        case read(Int)
        case send([UInt8])
        /// Lets the loop turn, so that what was sent arrives by itself.
        case pause(Duration)
        case close
    }

    package nonisolated let loop: EventLoop
    private let directory = TemporaryDirectory()
    private let play: Play
    private var listener: SocketListener?

    /// The first connection gets the first script, and so on; all further ones get the last. After a script's end the
    /// connection stays open and silent.
    package init(on loop: EventLoop, scripts: [[Step]]) {
        self.loop = loop
        play = Play(scripts: scripts, loop: loop)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    package nonisolated var endpoint: Endpoint { .unix(path: "\(directory.path)/peer.sock") }

    /// Listens at `endpoint`, or at another place. Returns where.
    @discardableResult
    package func start(at endpoint: Endpoint? = nil) throws -> Endpoint {
        let play = play
        let made = try SocketListener(at: endpoint ?? self.endpoint, on: loop) { play.accept($0) }
        listener = made
        return made.endpoint
    }

    package func stop() {
        listener?.close()
        play.stop()
    }

    package var connections: Int { play.actors.count }

    /// Waits until the first bytes of any connection have arrived.
    package func waitForBytes() async {
        if play.hasReceived { return }
        await withCheckedContinuation { play.waiters.append($0) }
    }

    /// Waits until the other side has ended a connection.
    package func waitForEnd() async {
        if play.hasEnded { return }
        await withCheckedContinuation { play.endWaiters.append($0) }
    }

    /// All bytes a connection received.
    package func received(on connection: Int) -> [UInt8] {
        play.actors[connection].received
    }
}

private final class Play {
    private let scripts: [[FakePeer.Step]]
    let loop: EventLoop
    var actors: [Actor] = []
    var waiters: [CheckedContinuation<Void, Never>] = []
    var endWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var hasEnded = false
    var hasReceived: Bool { actors.contains { !$0.received.isEmpty } }

    init(scripts: [[FakePeer.Step]], loop: EventLoop) {
        self.scripts = scripts
        self.loop = loop
    }

    func accept(_ stream: SocketStream) {
        let script = scripts[min(actors.count, scripts.count - 1)]
        actors.append(Actor(stream, script: script, play: self))
    }

    func didReceive() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    func didEnd() {
        hasEnded = true
        for waiter in endWaiters { waiter.resume() }
        endWaiters = []
    }

    func stop() {
        for actor in actors { actor.end() }
    }

    /// Plays one script on one connection.
    final class Actor: SocketStreamDelegate {
        private let stream: SocketStream
        private var steps: ArraySlice<FakePeer.Step>
        private unowned let play: Play
        private var timer: LoopTimer?
        private var unread = 0
        private(set) var received: [UInt8] = []

        init(_ stream: SocketStream, script: [FakePeer.Step], play: Play) {
            self.stream = stream
            self.play = play
            steps = script[...]
            stream.setDelegate(self)
            proceed()
        }

        func end() {
            timer?.cancel()
            stream.close()
        }

        private func proceed() {
            while let step = steps.first {
                switch step {
                case .read(let count):
                    if unread < count { return }
                    unread -= count
                case .send(let bytes): try? stream.write(bytes)
                case .pause(let duration):
                    steps.removeFirst()
                    timer = LoopTimer(on: play.loop) { [weak self] in
                        self?.timer = nil
                        self?.proceed()
                    }
                    timer?.start(after: duration)
                    return
                case .close: stream.finish()
                }
                steps.removeFirst()
            }
        }

        func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
            bytes.withUnsafeBytes { received.append(contentsOf: $0) }
            unread += bytes.byteCount
            play.didReceive()
            if timer == nil { proceed() }
        }

        func stream(_ stream: SocketStream, didCloseWith error: IOError) {
            play.didEnd()
        }
    }
}
