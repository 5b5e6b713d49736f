import SentinelRedis
import Testing

struct RedisReplyTests {
    private let text = RedisReply.bulk(Array("12".utf8))

    @Test func `accessors give what the reply is`() throws {
        #expect(try RedisReply.integer(5).int == 5)
        #expect(try text.int == 12)
        #expect(try text.string == "12")
        #expect(try RedisReply.status([79, 75]).bytes == [79, 75])
        #expect(try RedisReply.array([text, .null]).array == [text, .null])
        #expect(RedisReply.null.isNull && !text.isNull)
    }

    @Test func `pairs keep their order`() throws {
        let pairs = try RedisReply.array([text, .integer(1), .status([97]), .null]).pairs
        #expect(pairs.map(\.field) == ["12", "a"])
        #expect(pairs.map(\.value) == [.integer(1), .null])
        #expect(throws: RedisError.self) { try RedisReply.array([text]).pairs }
    }

    @Test func `a reply of another kind is an error that names both`() {
        let error = #expect(throws: RedisError.self) { try RedisReply.null.int }
        #expect(error?.code == .unexpectedReply)
        #expect(error?.message == "expected an integer, Redis answered with nothing")
        #expect(throws: RedisError.self) { try RedisReply.bulk(Array("x".utf8)).int }
        #expect(throws: RedisError.self) { try text.array }
        #expect(throws: RedisError.self) { try RedisReply.integer(1).bytes }
    }

    @Test func `an error reply throws itself from every accessor`() {
        let error = RedisError(.wrongType, "WRONGTYPE x")
        #expect(throws: error) { try RedisReply.error(error).int }
        #expect(throws: error) { try RedisReply.error(error).pairs }
        #expect(throws: error) { try RedisReply.error(error).orThrow() }
    }
}
