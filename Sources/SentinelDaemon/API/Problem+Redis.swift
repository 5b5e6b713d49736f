import SentinelEngine
import SentinelIO
import SentinelRedis

extension Problem {
    /// What a client is told of an error of Redis. Where Redis stands, and in which words it complains, is not for
    /// clients: that goes into the journal. But for what is wrong with the request itself.
    init(_ error: RedisError, journal: Journal) {
        switch error.code {
        case .server("BADARG"):
            self.init(.badRequest, Self.words(of: error))
        case .server("ALLOWED"):
            self.init(.conflict, Self.words(of: error))
        case .noFunction:
            self.init(.serviceUnavailable, "the function library is not loaded yet")
            headers = [("Retry-After", "1")]
        case _ where error.isRetriable, .queueFull, .closed, .cancelled, .outOfMemory, .readOnly, .noAuth,
            .noPermission:
            journal.warning("the API cannot ask Redis: \(error)")
            self.init(.serviceUnavailable, "Redis cannot be asked at the moment")
            headers = [("Retry-After", "1")]
        default:
            journal.error("the API asked Redis in vain: \(error)")
            self.init(.internalError)
        }
    }

    /// `BADARG sentinel_check: kind is …` without code and function.
    static func words(of error: RedisError) -> String {
        let text = error.message.drop { $0 != " " }.dropFirst()
        guard text.hasPrefix("sentinel_"), let colon = text.firstIndex(of: ":") else { return String(text) }
        return String(text[colon...].dropFirst().drop { $0 == " " })
    }
}
