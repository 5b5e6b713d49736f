import Testing

@testable import SentinelRedis

struct RESPReaderTests {
    private static let everything =
        "+OK\r\n:-42\r\n$-1\r\n*-1\r\n*0\r\n$0\r\n\r\n$5\r\na\r\n\0b\r\n-ERR no\r\n*2\r\n*1\r\n$1\r\nx\r\n:7\r\n"
    private static let replies: [RedisReply] = [
        .status(Array("OK".utf8)), .integer(-42), .null, .null, .array([]), .bulk([]), .bulk(Array("a\r\n\0b".utf8)),
        .error(RedisError(.server("ERR"), "ERR no")), .array([.array([.bulk(Array("x".utf8))]), .integer(7)]),
    ]

    private func read(_ pieces: [ArraySlice<UInt8>]) throws -> [RedisReply] {
        let reader = RESPReader()
        var replies: [RedisReply] = []
        for piece in pieces {
            try reader.feed(piece.span.bytes)
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }

    @Test func `replies cut in two at any byte are the same`() throws {
        let bytes = Array(Self.everything.utf8)
        for cut in 0...bytes.count {
            #expect(try read([bytes[..<cut], bytes[cut...]]) == Self.replies, "cut at \(cut)")
        }
    }

    @Test func `replies that come byte by byte are the same`() throws {
        let bytes = Array(Self.everything.utf8)
        #expect(try read(bytes.indices.map { bytes[$0...$0] }) == Self.replies)
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n", "*1\r\n?\r\n", ":x\r\n", "$-2\r\n", "*-2\r\n"])
    func `what is not RESP is a protocol error`(text: String) {
        let error = #expect(throws: RedisError.self) { try read([Array(text.utf8)[...]]) }
        #expect(error?.code == .protocolError)
    }

    @Test func `arrays that nest without end are a protocol error`() {
        let bytes = Array(String(repeating: "*1\r\n", count: 100_000).utf8)
        #expect(throws: RedisError.self) { try read([bytes[...]]) }
    }

    @Test func `a claimed size allocates nothing before the bytes come`() throws {
        #expect(try read([Array("$536870912\r\nabc".utf8)[...]]).isEmpty)
    }

    @Test(arguments: [
        ("LOADING Redis is loading the dataset in memory", RedisError.Code.loading), ("BUSY Redis is busy", .busy),
        ("BUSYGROUP Consumer Group name already exists", .server("BUSYGROUP")), ("READONLY x", .readOnly),
        ("OOM command not allowed", .outOfMemory), ("NOSCRIPT No matching script", .noScript),
        ("ERR Function not found", .noFunction), ("WRONGTYPE x", .wrongType), ("NOPERM x", .noPermission),
        ("NOAUTH x", .noAuth), ("WRONGPASS x", .noAuth), ("ERR x", .server("ERR")), ("", .server("")),
    ])
    func `an error reply gets the code of its first word`(text: String, code: RedisError.Code) throws {
        let reply = try read([Array("-\(text)\r\n".utf8)[...]])
        #expect(reply == [.error(RedisError(code, text))])
    }
}
