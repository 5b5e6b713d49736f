import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /readyz`: Redis answers and has a function library that this build can talk to.
    static func ready(_ context: APIContext) -> Route {
        Route(
            "GET", "/readyz", role: .anyone, "Whether requests can be served",
            answers: [
                Answer(
                    .ok, "They can", "application/json",
                    Schema.object([("status", Schema.string()), ("library", Schema.integer())], required: ["status"])),
                Answer(
                    .serviceUnavailable, "Redis or its function library is away", "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { _ in
            context.later {
                let calls = context.calls
                guard let info = try await LibraryLoader(client: calls.client, keys: calls.keys).info() else {
                    throw Problem(.serviceUnavailable, "the function library is not loaded yet")
                }
                return HTTPResponse(json: Array(#"{"status":"ready","library":\#(info.version)}"#.utf8))
            }
        }
    }
}
