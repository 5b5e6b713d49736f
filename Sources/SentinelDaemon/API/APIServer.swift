package import SentinelCore
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// The HTTP API at work: a loop (thread) of its own, with a Redis connection of its own, so that neither the coordinator
/// nor the API waits for the other.
package struct APIServer: Sendable {
    /// Where it listens.
    package let endpoint: Endpoint
    private let loop: EventLoop
    private let client: RedisClient
    private let alerts: AlertHub
    private let edge: EdgeMirror
    private let blockStream: BlockStream
    private let server: HTTPServer

    /// For a request that has begun when the server is told to stop.
    private static let patience = Duration.seconds(5)

    /// Begins to listen. Redis need not be there: requests that need it are answered with 503 until it is. Throws where
    /// others than this machine could reach it and there is no token.
    package static func start(
        at address: ListenAddress, redis: RedisConfiguration, keys: Keys, policy: Policy,
        edge settings: EdgeSettings = EdgeSettings(),
        journal: Journal
    ) async throws -> APIServer {
        let loop = try EventLoop(name: "api")
        var configuration = redis
        configuration.failsFast = true
        configuration.requestTimeout = .seconds(2)
        configuration.connectTimeout = .seconds(2)
        let client = RedisClient(configuration, on: loop)
        let calls = Calls(client: client, keys: keys)
        let alerts = AlertHub(calls: calls, redis: configuration, on: loop, journal: journal)
        var context = APIContext(calls: calls, policy: policy, journal: journal)
        context.alerts = alerts
        let stream = BlockStream(calls: calls, on: loop, journal: journal)
        let edge = try EdgeMirror(
            calls: calls, redis: configuration, settings: settings, policy: policy, stream: stream, on: loop,
            journal: journal)
        context.edge = edge
        context.blockStream = stream
        let gate = Gate(book: TokenBook(calls: context.calls), isLocal: address.isLocal, journal: journal)
        let router = Router(context.routes, gate: gate)
        let server = HTTPServer(on: loop) { router.reply(to: $0) }
        do {
            try await gate.checkStart()
            // Before it listens, for the file of the mirror is read here.
            await edge.start()
            let endpoint = try await server.listen(at: address.endpoint)
            await alerts.start()
            await stream.start()
            return APIServer(
                endpoint: endpoint, loop: loop, client: client, alerts: alerts, edge: edge, blockStream: stream,
                server: server)
        } catch {
            await edge.stop()
            await client.close()
            await loop.stop()
            throw error
        }
    }

    /// Whether it could answer proxies from the moment it began, Redis or not.
    package var hadMirror: Bool { get async { await edge.age != nil } }

    /// As people type it: `http://127.0.0.1:8787`, `unix:/run/sentinel.sock`.
    package var url: String {
        if case .tcp = endpoint { "http://\(endpoint)" } else { endpoint.description }
    }

    /// Answers what has begun, and ends.
    package func stop() async {
        await server.drain(within: Self.patience)
        await alerts.stop()
        await blockStream.stop()
        await edge.stop()
        await client.close()
        await loop.stop()
    }
}
