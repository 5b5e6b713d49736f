internal import CLibevent
import Glibc

/// Hears what happens on a stream. Everything is called on the loop's thread, nothing from inside the stream's `init`.
package protocol SocketStreamDelegate: AnyObject {
    /// The connection stands. Not called for streams a listener accepted: they are open from the start.
    func streamDidOpen(_ stream: SocketStream)
    /// Bytes arrived. They are valid during the call only.
    func stream(_ stream: SocketStream, didReceive bytes: RawSpan)
    /// Everything that was written has gone to the kernel.
    func streamDidDrain(_ stream: SocketStream)
    /// The stream is over: it could not connect, the peer closed, it broke, or the loop stopped. Not called after `close()`.
    func stream(_ stream: SocketStream, didCloseWith error: IOError)
}

extension SocketStreamDelegate {
    package func streamDidOpen(_ stream: SocketStream) {}
    package func streamDidDrain(_ stream: SocketStream) {}
}

/// One connection over TCP or a unix socket, non-blocking both ways, over a libevent `bufferevent`.
///
/// Lives on the loop's thread: make it, write to it and close it there. The loop keeps an open stream alive; whoever
/// made it must `close()` it when done. The delegate is held weakly; a stream whose delegate is gone closes itself
/// with the next thing that happens on it.
package final class SocketStream: LoopResource {
    /// Bytes that may wait to be written before `write` refuses.
    package static let defaultWriteLimit = 64 << 20

    private let loop: EventLoop
    private let writeLimit: Int
    private let peer: String
    private let security: TransportSecurity
    private weak var delegate: (any SocketStreamDelegate)?
    private var id: UInt64?
    private var bufferEvent: OpaquePointer?
    private var untried: ArraySlice<SocketAddress> = []
    private var isFinishing = false

    /// Whether bytes can be written.
    package private(set) var isOpen = false

    /// The numeric address of the other side of an accepted TCP connection; nil over a unix socket.
    package private(set) var remoteHost: String?

    /// Begins to connect. A name is looked up without blocking the loop, and its addresses are tried in order.
    /// There is no time limit: close the stream when it takes too long.
    ///
    /// With TLS it opens when the server has proved its name.
    ///
    /// Throws for a path that cannot be one, and a stopped loop. A connection that is refused comes to the delegate.
    package init(
        connectingTo endpoint: Endpoint,
        security: TransportSecurity = .none,
        on loop: EventLoop,
        writeLimit: Int = SocketStream.defaultWriteLimit,
        delegate: any SocketStreamDelegate
    ) throws(IOError) {
        self.loop = loop
        self.security = security
        self.writeLimit = writeLimit
        self.delegate = delegate
        peer = endpoint.description
        let address = try Resolver.numeric(endpoint)
        guard let id = loop.register(self) else { throw Self.stopped(peer) }
        self.id = id
        if let address {
            startLater([address])
        } else if case .tcp(let host, let port) = endpoint {
            // By number, not by reference: the stream may be closed before the answer comes.
            Resolver.look(up: host, port: port) { [loop] answer in
                loop.execute { (loop.resource(id) as? SocketStream)?.resolved(answer) }
            }
        }
    }

    /// Takes over a connected socket.
    init(
        accepted file: Int32,
        from address: SocketAddress? = nil,
        on loop: EventLoop,
        writeLimit: Int = SocketStream.defaultWriteLimit
    ) throws(IOError) {
        self.loop = loop
        remoteHost = address?.numericHost
        self.writeLimit = writeLimit
        peer = "a client"
        security = .none
        guard let id = loop.register(self) else {
            Glibc.close(file)
            throw Self.stopped(peer)
        }
        self.id = id
        tune(file)
        do throws(IOError) {
            try attach(file)
        } catch {
            close()
            throw error
        }
        didOpen()
    }

    /// Sets who hears of an accepted stream. Do it in the listener's handler, before bytes can arrive.
    package func setDelegate(_ delegate: any SocketStreamDelegate) {
        self.delegate = delegate
    }

    // MARK: Use

    /// Queues bytes; they go out with the next turn of the loop.
    ///
    /// Refuses, and takes nothing, when `writeLimit` bytes or more wait already: so at most the limit and one write
    /// are ever held, and a single large message can always be sent.
    package func write(_ bytes: RawSpan) throws(IOError) {
        guard isOpen, let bufferEvent else { throw IOError(.connectionLost, "not connected to \(peer)") }
        guard pendingBytes < writeLimit else {
            throw IOError(.writeQueueFull, "\(pendingBytes) bytes wait to be written to \(peer)")
        }
        bytes.withUnsafeBytes { _ = bufferevent_write(bufferEvent, $0.baseAddress, $0.count) }
    }

    /// Queues bytes, as the other `write` does.
    package func write(_ bytes: [UInt8]) throws(IOError) {
        try write(bytes.span.bytes)
    }

    /// Bytes written but not yet taken by the kernel.
    package var pendingBytes: Int {
        guard let bufferEvent else { return 0 }
        return evbuffer_get_length(bufferevent_get_output(bufferEvent))
    }

    /// Stops to read, so that a fast peer waits; or goes on.
    package func setReading(_ isReading: Bool) {
        guard isOpen, let bufferEvent else { return }
        _ =
            isReading
            ? bufferevent_enable(bufferEvent, Int16(EV_READ)) : bufferevent_disable(bufferEvent, Int16(EV_READ))
    }

    /// Closes once everything written has gone out. Nothing more is delivered. A peer that does not read can hold the
    /// stream open: `close()` it when that takes too long.
    package func finish() {
        isFinishing = true
        if pendingBytes == 0 { close() } else { setReading(false) }
    }

    /// Tells the peer that nothing more comes, and goes on reading. What was not yet written is lost.
    package func shutdownWriting() {
        guard isOpen, let bufferEvent else { return }
        _ = shutdown(bufferevent_getfd(bufferEvent), Int32(SHUT_WR))
    }

    /// Closes now. What was not yet written is lost; the delegate hears nothing more.
    package func close() {
        loop.checkIsolated()
        guard let id else { return }
        self.id = nil
        isOpen = false
        if let bufferEvent { bufferevent_free(bufferEvent) }
        bufferEvent = nil
        loop.unregister(id)
    }

    func loopStops() {
        fail(Self.stopped(peer))
    }

    // MARK: Connecting

    private static func stopped(_ peer: String) -> IOError {
        IOError(.loopStopped, "the connection to \(peer) is closed: its loop has stopped")
    }

    private func resolved(_ answer: Resolver.Answer) {
        switch answer {
        case .success(let addresses): tryAddresses(addresses[...])
        case .failure(let error): fail(error)
        }
    }

    /// With the next turn of the loop, for the delegate's owner does not hold the stream yet.
    private func startLater(_ addresses: [SocketAddress]) {
        let timer = LoopTimer(on: loop) { [weak self] in self?.tryAddresses(addresses[...]) }
        timer.start(after: .zero)
    }

    private func tryAddresses(_ addresses: ArraySlice<SocketAddress>) {
        untried = addresses
        guard id != nil else { return }
        var failure = IOError(.nameNotFound, "\(peer) has no address")
        while let address = untried.popFirst() {
            do throws(IOError) {
                return try connect(to: address)
            } catch {
                failure = error
            }
        }
        fail(failure)
    }

    private func connect(to address: SocketAddress) throws(IOError) {
        let file = try address.makeSocket()
        let (result, number) = address.withPointer { pointer, length in
            let result = Glibc.connect(file, pointer, length)
            return (result, errno)
        }
        guard result == 0 || number == EINPROGRESS else {
            Glibc.close(file)
            throw IOError(errno: number, "cannot connect to \(peer)")
        }
        tune(file)
        try attach(file)
        // Without an address it waits for the connection under way, and reports it like one of its own. TLS waits by itself.
        if case .none = security { bufferevent_socket_connect(bufferEvent, nil, 0) }
    }

    /// Messages are small and wait for answers, so no Nagle; and dead peers must show some day on idle connections.
    /// Means nothing to a unix socket, and does no harm.
    private func tune(_ file: Int32) {
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(file, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
        setsockopt(file, SOL_SOCKET, SO_KEEPALIVE, &one, size)
    }

    private func attach(_ file: Int32) throws(IOError) {
        let made: OpaquePointer
        do throws(IOError) {
            made = try makeBufferEvent(file)
        } catch {
            Glibc.close(file)
            throw error
        }
        bufferEvent = made
        bufferevent_setcb(made, streamRead, streamDrained, streamEvent, Unmanaged.passUnretained(self).toOpaque())
    }

    private func makeBufferEvent(_ file: Int32) throws(IOError) -> OpaquePointer {
        if case .tls(let name) = security { return try TLSSession.bufferEvent(over: file, to: name, base: loop.base) }
        guard let made = bufferevent_socket_new(loop.base, file, Int32(BEV_OPT_CLOSE_ON_FREE.rawValue)) else {
            throw IOError(.system, "cannot connect to \(peer): out of memory")
        }
        return made
    }

    /// Why TLS did not come about, if that is why.
    private var handshakeFailure: IOError? {
        guard case .tls = security, let bufferEvent, let reason = TLSSession.failure(of: bufferEvent) else {
            return nil
        }
        return IOError(.notSecure, "no TLS with \(peer): \(reason)")
    }

    private func didOpen() {
        isOpen = true
        bufferevent_enable(bufferEvent, Int16(EV_READ | EV_WRITE))
    }

    /// Closes and tells the delegate why.
    private func fail(_ error: IOError) {
        guard id != nil else { return }
        let delegate = delegate
        let isFinishing = isFinishing
        close()
        if !isFinishing { delegate?.stream(self, didCloseWith: error) }
    }

    // MARK: Events

    fileprivate func read() {
        while !isFinishing, let bufferEvent {
            guard let delegate else { return close() }
            let input = bufferevent_get_input(bufferEvent)
            let count = evbuffer_get_contiguous_space(input)
            guard count > 0, let start = evbuffer_pullup(input, Int(count)) else { return }
            // libevent holds the buffers until its callback returns, even when the delegate closes the stream.
            delegate.stream(self, didReceive: UnsafeRawBufferPointer(start: start, count: count).bytes)
            guard self.bufferEvent != nil else { return }
            evbuffer_drain(input, count)
        }
    }

    fileprivate func drained() {
        if isFinishing { close() } else { delegate?.streamDidDrain(self) }
    }

    fileprivate func event(_ what: Int32, errno number: Int32) {
        if what & BEV_EVENT_CONNECTED != 0 {
            didOpen()
            guard let delegate else { return close() }
            delegate.streamDidOpen(self)
        } else if what & BEV_EVENT_EOF != 0 {
            fail(IOError(.connectionLost, "\(peer) closed the connection"))
        } else if isOpen {
            fail(
                IOError(
                    .connectionLost, IOError(errno: number, "lost the connection to \(peer)").message, errno: number))
        } else if let failure = handshakeFailure {
            fail(failure)
        } else if untried.isEmpty {
            fail(IOError(errno: number, "cannot connect to \(peer)"))
        } else {
            bufferevent_free(bufferEvent)
            bufferEvent = nil
            tryAddresses(untried)
        }
    }
}

private func streamRead(_ bufferEvent: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    Unmanaged<SocketStream>.fromOpaque(context!).takeUnretainedValue().read()
}

private func streamDrained(_ bufferEvent: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    Unmanaged<SocketStream>.fromOpaque(context!).takeUnretainedValue().drained()
}

private func streamEvent(_ bufferEvent: OpaquePointer?, _ what: Int16, _ context: UnsafeMutableRawPointer?) {
    let number = errno
    Unmanaged<SocketStream>.fromOpaque(context!).takeUnretainedValue().event(Int32(what), errno: number)
}
