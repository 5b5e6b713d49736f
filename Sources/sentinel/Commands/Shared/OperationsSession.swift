import SentinelDaemon
import SentinelEngine
import SentinelIO

extension Context {
    /// Runs the body with what an operator may ask and do: over the API that `--api` names, else over Redis. The body
    /// cannot tell which.
    func withOperations<Result>(_ body: (any Operations) async throws -> Result) async throws -> Result {
        guard let url = globals.api else { return try await withRedis { try await body(RedisOperations($0.calls)) } }
        let loop = try EventLoop(name: "api-client")
        do {
            let result = try await body(APIOperations(url: url, token: globals.token, on: loop))
            await loop.stop()
            return result
        } catch {
            await loop.stop()
            throw error
        }
    }
}
