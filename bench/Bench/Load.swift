import Glibc
import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

/// The events: of people who have been there before, and, last in a piece now and then, of a stranger who earns a block.
struct Load {
    /// Events of a piece: there is one each millisecond.
    let piece: Int

    /// Between two pieces.
    let step: Duration
    /// Pieces.
    let count: Int

    private static let users = 20_000
    private let piecesPerBlock: Int

    /// Blocks are so many a second.
    init(rate: Int, seconds: Int, blocks: Int) {
        piece = max(1, rate / 1000)
        step = .seconds(1) * piece / rate
        count = rate * seconds / piece
        piecesPerBlock = max(1, rate / piece / blocks)
    }

    var events: Int { count * piece }

    /// Everybody has been there before: one login each.
    func warmUp(_ site: Site) async throws {
        var random = SeededGenerator(seed: 4)
        for start in stride(from: 0, to: Self.users, by: 200) {
            var pipeline = RedisPipeline()
            for user in start..<start + 200 {
                site.record(event("login", user, &random), withTime: false, into: &pipeline)
            }
            for reply in try await site.calls.client.send(pipeline) { _ = try reply.orThrow() }
        }
    }

    /// Whom the piece at this place earns a block.
    func stranger(of place: Int) -> String? {
        place % piecesPerBlock == piecesPerBlock - 1 ? "user:stranger-\(place)" : nil
    }

    /// - Parameter append: what an event is to Redis.
    func pieces(_ append: (Event, inout RedisPipeline) -> Void) -> [[UInt8]] {
        var random = SeededGenerator(seed: 5)
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let begin = Int64(now.tv_sec) * 1000 - 500
        return (0..<count).map { place in
            var pipeline = RedisPipeline()
            let isEarned = stranger(of: place) != nil
            for _ in 0..<(isEarned ? piece - 1 : piece) {
                let kind = ["content", "message", "read", "login"][random.index(below: 4)]
                let event = event(kind, random.index(below: Self.users), &random)
                append(event, &pipeline)
            }
            if isEarned {
                let created = begin + Int64(place)
                let event = Event(
                    kind: "content", user: Array("stranger-\(place)".utf8), text: words(&random), created: created)
                append(event, &pipeline)
            }
            pipeline.append("PING")
            return pipeline.bytes
        }
    }

    private func event(_ kind: String, _ user: Int, _ random: inout SeededGenerator) -> Event {
        Event(
            kind: kind, user: Array("user-\(user)".utf8), ip: Array("10.0.\(user / 256).\(user % 256)".utf8),
            text: kind == "content" || kind == "message" ? words(&random) : nil)
    }

    private func words(_ random: inout SeededGenerator) -> [UInt8] {
        (0..<80).map { _ in UInt8(97 + random.index(below: 26)) }
    }
}
