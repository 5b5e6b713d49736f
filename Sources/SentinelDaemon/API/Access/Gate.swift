import Glibc
import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

/// Lets a request in to a route, or says why not (RFC 6750).
///
/// Where there is any token, or the API listens where others can reach it, every route that is not for anyone wants a
/// token of its role. Else it asks for none, and looks whether the request comes from a program (``HostCheck``).
struct Gate: Sendable {
    let book: TokenBook
    let attempts = FailedAttempts()
    /// The listener is on loopback or a unix socket.
    let isLocal: Bool
    let journal: Journal

    /// Who sent a request that needs no token.
    static let nobody = "admin:local"

    /// The answer of `work`, which is handed who sent the request, or a refusal.
    /// - Parameter wantsToken: also where there is no token yet.
    func reply(
        to request: HTTPRequest, role: Role, wantsToken: Bool = false,
        _ work: @escaping @Sendable (String) -> HTTPReply
    ) -> HTTPReply {
        if role == .anyone {
            return isLocal ? local(request, work) : work(Self.nobody)
        }
        if case .known = book.state() { return decide(request, role, wantsToken, work) }
        return .later {
            do throws(RedisError) {
                try await book.refresh()
            } catch {
                return .problem(Problem(error, journal: journal))
            }
            return decide(request, role, wantsToken, work)
        }
    }

    /// As `reply`, for routes that answer from memory: callers of this machine need no token, and those of others are
    /// known by what Redis said last, however long ago.
    func replyAtOnce(
        to request: HTTPRequest, role: Role, _ work: @escaping @Sendable (String) -> HTTPReply
    ) -> HTTPReply {
        if isLocal || Self.isLoopback(request.peer) { return work(Self.nobody) }
        if case .stale = book.state() { Task { try? await book.refresh() } }
        guard book.wasRead else {
            var problem = Problem(.serviceUnavailable, "Redis has not told yet which tokens there are")
            problem.headers = [("Retry-After", "1")]
            return .problem(problem)
        }
        return decide(request, role, false, work)
    }

    private static func isLoopback(_ peer: String?) -> Bool {
        guard let peer, peer != "::1" else { return true }
        return peer.hasPrefix("127.")
    }

    private func decide(
        _ request: HTTPRequest, _ role: Role, _ wantsToken: Bool, _ work: (String) -> HTTPReply
    ) -> HTTPReply {
        let given = Self.bearer(request)
        let token = given.flatMap { book.token($0, at: Self.now()) }
        guard let token else {
            if isLocal, book.isEmpty {
                return local(request) { wantsToken ? Self.wantFirstToken() : work($0) }
            }
            return refuse(request, isWrong: given != nil)
        }
        guard token.role >= role else {
            var problem = Problem(
                .forbidden, "this is for the role \(role.rawValue); the token has \(token.role.rawValue)")
            problem.headers = [("WWW-Authenticate", #"Bearer realm="sentinel", error="insufficient_scope""#)]
            return .problem(problem)
        }
        return work("admin:" + token.name)
    }

    private func local(_ request: HTTPRequest, _ work: (String) -> HTTPReply) -> HTTPReply {
        HostCheck.problem(request).map(HTTPReply.problem) ?? work(Self.nobody)
    }

    /// No failed attempt, for there is nothing to guess.
    private static func wantFirstToken() -> HTTPReply {
        var problem = Problem(.unauthorized, "this wants a token, and there is none; the first is made over Redis")
        problem.headers = [("WWW-Authenticate", #"Bearer realm="sentinel""#)]
        return .problem(problem)
    }

    private func refuse(_ request: HTTPRequest, isWrong: Bool) -> HTTPReply {
        if let wait = attempts.note(request.peer) {
            var problem = Problem(.tooManyRequests, "too many requests without a right token came from this address")
            problem.headers = [("Retry-After", String(wait.components.seconds + 1))]
            return .problem(problem)
        }
        var problem = Problem(
            .unauthorized,
            isWrong ? "the token is not known, or has expired" : "a token is needed: Authorization: Bearer <token>")
        let error = isWrong ? #", error="invalid_token""# : ""
        problem.headers = [("WWW-Authenticate", #"Bearer realm="sentinel""# + error)]
        return .problem(problem)
    }

    /// What stands behind `Bearer`, in any case, in the field `Authorization`.
    private static func bearer(_ request: HTTPRequest) -> String? {
        guard let field = request.headers["authorization"] else { return nil }
        let words = field.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1].drop { $0 == " " })
    }

    /// Ms since 1970.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Fails unless somebody could come in: nobody should find out later that a public API refuses all.
    ///
    /// Without Redis that cannot be known, and until it can be nobody is let in.
    func checkStart() async throws {
        guard !isLocal else { return }
        do throws(RedisError) {
            try await book.refresh()
        } catch {
            journal.warning("the API cannot ask Redis for its tokens yet: \(error)")
            return
        }
        guard book.hasUsable(at: Self.now()) else {
            throw LifecycleError(
                "the API listens beyond this machine only where there are tokens: "
                    + "make one with 'sentinel token add --role admin'")
        }
    }
}
