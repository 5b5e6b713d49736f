internal import CHiredis

/// Turns bytes from Redis into replies, however they are cut. hiredis does the parsing, and hands over what it finds
/// piece by piece, so that nothing is built twice.
///
/// Not thread-safe: belongs to whoever owns the connection. After an error it is of no more use.
final class RESPReader {
    private let reader: UnsafeMutablePointer<redisReader>
    private let builder = ReplyBuilder()

    init() {
        // Nil only when the process is out of memory, which Swift does not survive either.
        reader = redisReaderCreateWithFunctions(ReplyBuilder.functions)
        reader.pointee.privdata = Unmanaged.passUnretained(builder).toOpaque()
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
        return object == nil ? nil : builder.take()
    }

    private func failure() -> RedisError {
        let reason = withUnsafeBytes(of: reader.pointee.errstr) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return RedisError(.protocolError, "the answer is not RESP: \(reason)")
    }
}

/// Puts a reply together from the pieces that hiredis finds, outermost first, depth first.
private final class ReplyBuilder {
    /// Arrays that have begun, the innermost last, and how many elements each still misses.
    private var open: [(missing: Int, elements: [RedisReply])] = []
    private var complete: RedisReply?

    func take() -> RedisReply? { complete.take() }

    private func add(_ piece: RedisReply) {
        var piece = piece
        while let last = open.indices.last {
            open[last].elements.append(piece)
            open[last].missing -= 1
            if open[last].missing > 0 { return }
            piece = .array(open.removeLast().elements)
        }
        complete = piece
    }

    private func begin(count: Int) {
        guard count > 0 else { return add(.array([])) }
        var elements: [RedisReply] = []
        // What the server announces is not yet there.
        elements.reserveCapacity(min(count, 1024))
        open.append((count, elements))
    }

    // MARK: C

    private typealias Task = UnsafePointer<redisReadTask>?

    /// What hiredis calls; it keeps the pointer for as long as a reader lives, so it is never freed.
    static nonisolated(unsafe) let functions: UnsafeMutablePointer<redisReplyObjectFunctions> = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        functions.initialize(
            to: redisReplyObjectFunctions(
                createString: { task, text, count in
                    let bytes = Array(UnsafeRawBufferPointer(start: text, count: count))
                    switch task?.pointee.type {
                    case REDIS_REPLY_STATUS: return ReplyBuilder.add(.status(bytes), task)
                    case REDIS_REPLY_ERROR:
                        return ReplyBuilder.add(.error(RedisError(reply: String(decoding: bytes, as: UTF8.self))), task)
                    default: return ReplyBuilder.add(.bulk(bytes), task)
                    }
                },
                createArray: { task, count in
                    ReplyBuilder.of(task)?.begin(count: Int(count))
                    return ReplyBuilder.token
                },
                createInteger: { task, value in ReplyBuilder.add(.integer(Int64(value)), task) },
                createNil: { task in ReplyBuilder.add(.null, task) },
                freeObject: { _ in }
            ))
        return functions
    }()

    /// Stands for a reply on hiredis' side, where nil would mean that memory has run out.
    private static var token: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: 1) }

    private static func of(_ task: Task) -> ReplyBuilder? {
        task?.pointee.privdata.map { Unmanaged<ReplyBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func add(_ piece: RedisReply, _ task: Task) -> UnsafeMutableRawPointer? {
        of(task)?.add(piece)
        return token
    }
}
