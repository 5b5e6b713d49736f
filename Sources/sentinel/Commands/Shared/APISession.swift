import Glibc
import SentinelCore
import SentinelDaemon
import SentinelIO
import SentinelRedis

extension Context {
    /// Runs `body` while the HTTP API is served.
    /// - Parameters:
    ///   - address: what the user asked for; if it cannot be had, that is a failure.
    ///   - otherwise: where to listen if the user asked for nothing; if that is taken, it is said and nothing is served.
    func withAPI<Result>(
        at address: ListenAddress?, otherwise: ListenAddress? = nil, redis: RedisConfiguration, policy: Policy,
        edge: EdgeSettings, body: (APIServer?) async throws -> Result
    ) async throws -> Result {
        guard let place = address ?? otherwise else { return try await body(nil) }
        let keys = Keys(namespace: globals.namespace)
        let server: APIServer?
        do {
            server = try await APIServer.start(
                at: place, redis: redis, keys: keys, policy: policy, edge: edge, journal: journal)
        } catch let error as IOError where address == nil && error.errno == EADDRINUSE {
            notice("\(place.endpoint) is taken, so the HTTP API is not served; --listen names another address")
            server = nil
        }
        let outcome: Swift.Result<Result, any Error>
        do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
        await server?.stop()
        return try outcome.get()
    }
}

extension ValueType where Value == ListenAddress {
    /// Where the HTTP API listens.
    static var listenAddress: Self {
        Self(
            name: "address",
            parse: { (text) throws(ValueProblem) in
                do throws(ListenAddress.Invalid) {
                    return try ListenAddress(parsing: text)
                } catch {
                    throw ValueProblem("\(quoted(text)) cannot be listened at: \(error)")
                }
            },
            show: { $0.endpoint.description }
        )
    }
}
