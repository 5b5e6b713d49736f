package import SentinelCore
package import SentinelRedis

extension Calls {
    /// Adds the call that counts, decides and logs one event; its reply is read by `Verdict(_:)`.
    package func append(_ event: Event, to pipeline: inout RedisPipeline) {
        pipeline.append("FCALL", [event.function, "1", keys.prefix] + Self.arguments(of: event))
    }
}

extension Verdict {
    /// Reads the reply to a call in a pipeline. Throws the error if that is the reply.
    package init(_ reply: RedisReply) throws(RedisError) {
        var fields: [String: RedisReply] = [:]
        for (field, value) in try reply.orThrow().pairs { fields[field] = value }
        try self.init(fields)
    }
}
