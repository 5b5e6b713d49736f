import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport

/// The API over a real Redis with the standard policy, and a client that asks it.
struct APIHost {
    let server: RedisServer
    let calls: Calls
    let api: APIServer
    private let client: HTTPClient

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let body: String

        /// Null if it is not JSON.
        var json: JSONValue { (try? JSONReader.read(Array(body.utf8))) ?? .null }
    }

    /// - Parameter prepare: runs before the API begins to listen.
    static func with(
        policy: Policy = .standard, at address: String = "127.0.0.1:0", edge: EdgeSettings = EdgeSettings(),
        prepare: (Calls) async throws -> Void = { _ in },
        body: (APIHost) async throws -> Void
    ) async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(PolicyDocument(policy))
            try await prepare(calls)
            let api = try await APIServer.start(
                at: try ListenAddress(parsing: address), redis: server.configuration, keys: calls.keys,
                policy: policy, edge: edge, journal: .silent)
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(
                    try await body(
                        APIHost(server: server, calls: calls, api: api, client: HTTPClient(on: server.loop))))
            } catch {
                outcome = .failure(error)
            }
            await api.stop()
            try outcome.get()
        }
    }

    func ask(
        _ method: String, _ target: String, _ body: String = "", type: String? = nil, host: String? = nil,
        token: String? = nil, fields: [(name: String, value: String)] = []
    ) async throws -> Answer {
        var headers = fields + (type.map { [(name: "Content-Type", value: $0)] } ?? [])
        if let token { headers.append((name: "Authorization", value: "Bearer \(token)")) }
        let response = try await client.send(
            .init(method, target, headers: headers, body: Array(body.utf8)), to: api.endpoint, host: host,
            timeout: .seconds(20))
        return Answer(
            status: response.status, headers: response.headers, body: String(decoding: response.body, as: UTF8.self))
    }

    func get(_ target: String, token: String? = nil) async throws -> Answer {
        try await ask("GET", target, token: token)
    }

    func post(_ target: String, _ body: String, type: String = "application/json") async throws -> Answer {
        try await ask("POST", target, body, type: type)
    }
}
