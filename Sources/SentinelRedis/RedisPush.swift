/// What a subscriber's consumer sees, in order.
package enum RedisPush: Equatable, Sendable {
    case message(RedisMessage)
    /// The connection broke and stands again, all subscriptions with it. Messages in between are lost: fill the gap
    /// from where they are kept.
    case reconnected
    /// The consumer was too slow: so many messages, that would stand here, were dropped.
    case dropped(Int)
}

/// One published message.
package struct RedisMessage: Equatable, Sendable {
    package let channel: String
    /// The pattern it matched, for pattern subscriptions.
    package let pattern: String?
    package let payload: [UInt8]

    package init(channel: String, pattern: String? = nil, payload: [UInt8]) {
        self.channel = channel
        self.pattern = pattern
        self.payload = payload
    }
}

/// Holds what the consumer has not yet read, within bounds. When full, the oldest messages go, and are counted.
struct RedisPushBuffer {
    private let maxCount: Int
    private let maxBytes: Int
    private var pushes = Queue<RedisPush>()
    private var bytes = 0
    private var dropped = 0

    init(maxCount: Int, maxBytes: Int) {
        self.maxCount = maxCount
        self.maxBytes = maxBytes
    }

    /// Adds one. A dropped `.reconnected` is not lost: the count that takes its place says that there is a gap, too.
    mutating func append(_ push: RedisPush) {
        pushes.append(push)
        bytes += Self.size(of: push)
        while pushes.count > max(maxCount, 1) || (bytes > maxBytes && pushes.count > 1) {
            guard let oldest = pushes.popFirst() else { return }
            bytes -= Self.size(of: oldest)
            dropped += 1
        }
    }

    /// The next one: first how many were dropped, if any were.
    mutating func popFirst() -> RedisPush? {
        if dropped > 0 {
            defer { dropped = 0 }
            return .dropped(dropped)
        }
        guard let push = pushes.popFirst() else { return nil }
        bytes -= Self.size(of: push)
        return push
    }

    private static func size(of push: RedisPush) -> Int {
        guard case .message(let message) = push else { return 0 }
        return message.payload.count + message.channel.utf8.count
    }
}
