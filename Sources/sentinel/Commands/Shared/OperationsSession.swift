import SentinelEngine

extension Context {
    /// Runs the body with what an operator may ask and do.
    func withOperations<Result>(_ body: (any Operations) async throws -> Result) async throws -> Result {
        try await withRedis { try await body(RedisOperations($0.calls)) }
    }
}
