/// What a handler answers a request with.
package enum HTTPReply: Sendable {
    /// At once. The fast way: nothing is scheduled.
    case response(HTTPResponse)
    /// After some waiting. The work runs on the server's loop, so that awaiting an actor of the same loop changes no
    /// thread. It goes on when the client goes away; then its result is dropped.
    case later(@Sendable () async -> HTTPReply)
    /// A body without a known end. The closure gets it on the loop's thread once the head is on its way, and keeps it.
    case stream(HTTPResponse, @Sendable (HTTPStream) -> Void)

    package static func problem(_ problem: Problem) -> HTTPReply { .response(problem.response) }
}

/// Answers requests. Called on the loop's thread, and must not block; what takes time goes into `HTTPReply.later`.
package typealias HTTPHandler = @Sendable (HTTPRequest) -> HTTPReply
