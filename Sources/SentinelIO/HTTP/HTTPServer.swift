/// An HTTP/1.1 server on a loop (RFC 9110, RFC 9112), over TCP or a unix socket.
///
/// The bytes are libevent's, the protocol is read and written here. libevent's own server (evhttp 2.1) was measured first:
/// it answers what it cannot read with HTML of its own, gives a client who dribbles bytes all the time in the world, and
/// keeps the line of a chunk's size without a limit.
///
/// A client that closes its sending half is taken as gone. `close()` it when done.
package actor HTTPServer {
    package nonisolated let loop: EventLoop
    private let service: HTTPService

    /// Makes a server; it does not listen yet.
    /// - Parameter handler: see `HTTPHandler`.
    package init(
        _ configuration: HTTPConfiguration = HTTPConfiguration(), on loop: EventLoop, handler: @escaping HTTPHandler
    ) {
        self.loop = loop
        service = HTTPService(configuration, on: loop, handler: handler)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Begins to listen at a numeric address or a path, as `SocketListener` does. Returns where: with the port that the
    /// kernel chose when 0 was asked for.
    package func listen(at endpoint: Endpoint) throws(IOError) -> Endpoint {
        service.starter = { [weak self] work, connection in
            self?.assumeIsolated { $0.start(work, for: connection) }
        }
        return try service.listen(at: endpoint)
    }

    /// How many connections are open.
    package var connectionCount: Int { service.connectionCount }

    /// Stops to listen, ends streams, lets requests that have begun be answered, then closes; after `patience` in any case.
    package func drain(within patience: Duration) async {
        await service.drain(within: patience)
    }

    /// Stops to listen and closes every connection.
    package func close() {
        service.close()
    }

    private func start(_ work: @escaping @Sendable () async -> HTTPReply, for connection: UInt64) {
        Task(executorPreference: loop) { await self.answer(work, for: connection) }
    }

    private func answer(_ work: @Sendable () async -> HTTPReply, for connection: UInt64) async {
        let reply = await work()
        service.end(reply, for: connection)
    }
}
