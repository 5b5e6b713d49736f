package import SentinelCore
package import SentinelRedis

/// A client with the keys of one namespace: how everything outside Redis calls the function library.
package struct Calls: Sendable {
    package let client: RedisClient
    package let keys: Keys

    package init(client: RedisClient, keys: Keys) {
        self.client = client
        self.keys = keys
    }

    /// Calls a function with field/value arguments and returns its field/value reply.
    package func call(
        _ function: String, readOnly: Bool = false, _ arguments: [any RedisArgument]
    ) async throws(RedisError) -> [String: RedisReply] {
        var pipeline = RedisPipeline()
        pipeline.append(readOnly ? "FCALL_RO" : "FCALL", [function, "1", keys.prefix] + arguments)
        var fields: [String: RedisReply] = [:]
        for (field, value) in try await client.send(pipeline)[0].orThrow().pairs { fields[field] = value }
        return fields
    }

    /// Calls that may come to several commands.
    package func send(_ build: (inout RedisPipeline) -> Void) async throws(RedisError) -> [RedisReply] {
        var pipeline = RedisPipeline()
        build(&pipeline)
        return try await client.send(pipeline)
    }

    /// Redis' time in ms since 1970.
    package func now() async throws(RedisError) -> Int64 {
        let parts = try await client.call("TIME").array
        return try parts[0].int * 1000 + (try parts[1].int) / 1000
    }
}
