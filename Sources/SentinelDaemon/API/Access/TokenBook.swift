import SentinelCore
import SentinelEngine
import SentinelRedis
import Synchronization

/// The tokens as Redis had them a moment ago, so that a request need not wait for Redis to know who sent it.
///
/// A token that is added or removed counts everywhere within ``freshness``. While Redis is away those known count on for
/// ``patience``; then nobody is let in.
final class TokenBook: Sendable {
    static let freshness = Duration.seconds(2)
    static let patience = Duration.seconds(60)

    enum State: Sendable, Equatable {
        /// To be gone by.
        case known(isEmpty: Bool)
        /// Somebody should ask Redis first.
        case stale
    }

    private struct Page {
        var tokens: [String: Token] = [:]
        var isEmpty = true
        var readAt: ContinuousClock.Instant?
        /// Redis is being asked.
        var isReading = false
    }

    private let calls: Calls
    private let page = Mutex(Page())

    init(calls: Calls) {
        self.calls = calls
    }

    /// Whether what is known may be gone by. Of many requests that find it stale one is told so; the others go by what
    /// there is, as long as that is not too old.
    func state(_ now: ContinuousClock.Instant = .now) -> State {
        page.withLock { page in
            guard let readAt = page.readAt else { return .stale }
            let age = readAt.duration(to: now)
            if age < Self.freshness || (page.isReading && age < Self.patience) { return .known(isEmpty: page.isEmpty) }
            page.isReading = true
            return .stale
        }
    }

    /// Asks Redis. When that fails, what is known is kept while it is not too old, else the error is thrown.
    func refresh() async throws(RedisError) {
        defer { page.withLock { $0.isReading = false } }
        do throws(RedisError) {
            let (tokens, hasForeign) = try await calls.tokens()
            page.withLock { page in
                page.tokens = Dictionary(tokens.map { ($0.id, $0) }) { first, _ in first }
                page.isEmpty = tokens.isEmpty && !hasForeign
                page.readAt = .now
            }
        } catch {
            let isUsable = page.withLock { $0.readAt.map { $0.duration(to: .now) < Self.patience } ?? false }
            guard isUsable else { throw error }
        }
    }

    /// What is known, however old.
    var isEmpty: Bool { page.withLock { $0.isEmpty } }

    /// Whether Redis was ever asked with success.
    var wasRead: Bool { page.withLock { $0.readAt != nil } }

    /// Whether any token can be used at that time, ms since 1970.
    func hasUsable(at time: Int64) -> Bool {
        page.withLock { page in page.tokens.values.contains { ($0.until ?? .max) > time } }
    }

    /// The token that a caller sent; nil if it is none, or one no longer.
    func token(_ text: String, at time: Int64) -> Token? {
        guard let secret = Token.Secret(parsing: text), let token = page.withLock({ $0.tokens[secret.id] }) else {
            return nil
        }
        return token.accepts(secret, at: time) ? token : nil
    }
}
