import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /healthz`: the process lives and its loop turns. Says nothing of Redis.
    package static let health = Route(
        "GET", "/healthz", role: .anyone, "Whether the process lives",
        answers: [
            Answer(
                .ok, "It does", "application/json", Schema.object([("status", Schema.string())], required: ["status"]))
        ]
    ) { _ in
        .response(HTTPResponse(json: Array(#"{"status":"ok"}"#.utf8)))
    }
}
