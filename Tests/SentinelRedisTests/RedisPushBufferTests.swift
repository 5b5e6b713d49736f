import Testing

@testable import SentinelRedis

struct RedisPushBufferTests {
    private func message(_ number: Int, size: Int = 1) -> RedisPush {
        .message(RedisMessage(channel: "", payload: [UInt8](repeating: UInt8(number), count: size)))
    }

    @Test func `a full buffer drops the oldest and says how many`() {
        var buffer = RedisPushBuffer(maxCount: 3, maxBytes: 1000)
        for number in 1...5 { buffer.append(message(number)) }
        #expect(buffer.popFirst() == .dropped(2))
        #expect(buffer.popFirst() == message(3))
        buffer.append(message(6))
        buffer.append(message(7))
        #expect(buffer.popFirst() == .dropped(1))
        #expect((1...4).map { _ in buffer.popFirst() } == [message(5), message(6), message(7), nil])
    }

    @Test func `bytes are bounded, but the newest message always stays`() {
        var buffer = RedisPushBuffer(maxCount: 100, maxBytes: 10)
        for number in 1...4 { buffer.append(message(number, size: 4)) }
        #expect(buffer.popFirst() == .dropped(2))
        buffer.append(message(9, size: 1000))
        #expect(buffer.popFirst() == .dropped(2))
        #expect(buffer.popFirst() == message(9, size: 1000))
        #expect(buffer.popFirst() == nil)
    }
}
