internal import CLibevent
import Glibc

/// Accepts connections on a TCP port or a unix socket. Lives on the loop's thread; `close()` it when done.
package final class SocketListener: LoopResource {
    private let loop: EventLoop
    private let onAccept: (SocketStream) -> Void
    private var id: UInt64?
    private var listener: OpaquePointer?
    private var pause: LoopTimer?
    private var isAccepting = true

    /// Where it listens: with the port the kernel chose when 0 was asked for.
    package private(set) var endpoint: Endpoint

    /// Starts to listen at a numeric address or a path: one that does not exist yet, or a socket nobody listens on any
    /// more, which is replaced. The handler must set the stream's
    /// delegate; a stream that cannot be accepted (out of files) is dropped and the next one tried.
    package init(
        at endpoint: Endpoint,
        on loop: EventLoop,
        backlog: Int32 = 511,
        onAccept: @escaping (SocketStream) -> Void
    ) throws(IOError) {
        guard let address = try Resolver.numeric(endpoint) else {
            throw IOError(.badAddress, "cannot listen at \(endpoint): the address must be numeric")
        }
        self.loop = loop
        self.onAccept = onAccept
        self.endpoint = endpoint
        let file = try Self.bind(address, as: endpoint, backlog: backlog)
        if case .tcp(let host, 0) = endpoint, let port = SocketAddress(boundTo: file)?.port {
            self.endpoint = .tcp(host: host, port: port)
        }
        id = loop.register(self)
        guard id != nil else {
            Glibc.close(file)
            throw IOError(.loopStopped, "cannot listen at \(endpoint): the loop has stopped")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let flags = UInt32(LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC)
        listener = evconnlistener_new(loop.base, listenerAccepted, context, flags, 0, file)
        evconnlistener_set_error_cb(listener, listenerFailed)
    }

    /// Stops to accept. Streams that were accepted live on.
    package func close() {
        loop.checkIsolated()
        guard let id else { return }
        self.id = nil
        pause?.cancel()
        if let listener { evconnlistener_free(listener) }
        listener = nil
        if case .unix(let path) = endpoint { unlink(path) }
        loop.unregister(id)
    }

    /// Leaves connections in the kernel's queue, up to its length, or goes on accepting.
    package func setAccepting(_ isAccepting: Bool) {
        self.isAccepting = isAccepting
        guard let listener else { return }
        pause?.cancel()
        _ = isAccepting ? evconnlistener_enable(listener) : evconnlistener_disable(listener)
    }

    func loopStops() {
        close()
    }

    private static func bind(_ address: SocketAddress, as endpoint: Endpoint, backlog: Int32) throws(IOError) -> Int32 {
        let file = try address.makeSocket()
        var one: Int32 = 1
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        if case .unix(let path) = endpoint, isLeftover(address) { unlink(path) }
        let (result, number) = address.withPointer { pointer, length in
            let result = Glibc.bind(file, pointer, length) == 0 ? listen(file, backlog) : -1
            return (result, errno)
        }
        guard result == 0 else {
            Glibc.close(file)
            throw IOError(errno: number, "cannot listen at \(endpoint)")
        }
        return file
    }

    /// Whether a socket file is there that a process left behind which did not end in good order.
    private static func isLeftover(_ address: SocketAddress) -> Bool {
        guard let file = try? address.makeSocket() else { return false }
        defer { Glibc.close(file) }
        return address.withPointer { pointer, length in
            connect(file, pointer, length) != 0 && errno == ECONNREFUSED
        }
    }

    /// Mostly out of files. The connection still waits to be accepted, so without a pause the loop would do nothing else.
    fileprivate func failed() {
        guard let listener else { return }
        evconnlistener_disable(listener)
        pause = LoopTimer(on: loop) { [weak self] in
            guard let self, isAccepting, let listener = self.listener else { return }
            evconnlistener_enable(listener)
        }
        pause?.start(after: .milliseconds(100))
    }

    fileprivate func accepted(_ file: Int32, _ address: SocketAddress?) {
        guard let stream = try? SocketStream(accepted: file, from: address, on: loop) else { return }
        onAccept(stream)
    }
}

private func listenerAccepted(
    _ listener: OpaquePointer?,
    _ file: Int32,
    _ address: UnsafeMutablePointer<sockaddr>?,
    _ length: Int32,
    _ context: UnsafeMutableRawPointer?
) {
    let from = address.map { SocketAddress(copying: $0, length: Int(length)) }
    Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().accepted(file, from)
}

private func listenerFailed(_ listener: OpaquePointer?, _ context: UnsafeMutableRawPointer?) {
    Unmanaged<SocketListener>.fromOpaque(context!).takeUnretainedValue().failed()
}
