import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import TestSupport

/// A second API over the same Redis, as after a restart.
struct APIServerSibling {
    private let api: APIServer
    private let client: HTTPClient
    private let loop: EventLoop

    static func start(_ host: APIHost) async throws -> APIServerSibling {
        let api = try await APIServer.start(
            at: try ListenAddress(parsing: "127.0.0.1:0"), redis: host.server.configuration, keys: host.calls.keys,
            policy: .standard, journal: .silent)
        return APIServerSibling(api: api, client: HTTPClient(on: host.server.loop), loop: host.server.loop)
    }

    /// Asks until it is answered, for at first the list is being read.
    func ask(_ target: String) async throws -> JSONValue {
        for _ in 0..<1000 {
            let response = try await client.send(.init("GET", target), to: api.endpoint)
            if response.status == 200 { return try JSONReader.read(response.body) }
            try await loop.sleep(for: .milliseconds(5))
        }
        return .null
    }

    func stop() async { await api.stop() }
}
