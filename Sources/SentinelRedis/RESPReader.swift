internal import CHiredis

/// Turns bytes from Redis into replies, however they are cut. hiredis does the parsing.
///
/// Not thread-safe: belongs to whoever owns the connection. After an error it is of no more use.
final class RESPReader {
    private let reader: UnsafeMutablePointer<redisReader>

    init() {
        // Nil only when the process is out of memory, which Swift does not survive either.
        reader = redisReaderCreate()
    }

    deinit {
        redisReaderFree(reader)
    }

    /// Takes in bytes; `next()` then gives the replies that are complete.
    func feed(_ bytes: RawSpan) throws(RedisError) {
        let result = bytes.withUnsafeBytes { redisReaderFeed(reader, $0.baseAddress, $0.count) }
        guard result == REDIS_OK else { throw failure() }
    }

    /// The next complete reply, or nil when more bytes are needed. Arrays nest at most seven deep.
    func next() throws(RedisError) -> RedisReply? {
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else { throw failure() }
        guard let object else { return nil }
        defer { freeReplyObject(object) }
        return Self.convert(object.assumingMemoryBound(to: redisReply.self))
    }

    private func failure() -> RedisError {
        let reason = withUnsafeBytes(of: reader.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolError, "the answer is not RESP: \(reason)")
    }

    private static func convert(_ object: UnsafeMutablePointer<redisReply>) -> RedisReply {
        let reply = object.pointee
        switch reply.type {
        case REDIS_REPLY_INTEGER: return .integer(reply.integer)
        case REDIS_REPLY_NIL: return .null
        case REDIS_REPLY_STATUS: return .status(bytes(reply))
        case REDIS_REPLY_ERROR: return .error(RedisError(reply: String(decoding: bytes(reply), as: UTF8.self)))
        case REDIS_REPLY_ARRAY: return .array((0..<Int(reply.elements)).map { convert(reply.element[$0]!) })
        default: return .bulk(bytes(reply))
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        guard let text = reply.str else { return [] }
        return Array(UnsafeRawBufferPointer(start: text, count: Int(reply.len)))
    }
}
