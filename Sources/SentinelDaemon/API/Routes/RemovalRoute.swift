import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `DELETE` of one thing by its name: `{"removed":true}`, or 404 where there is none.
    ///
    /// - Parameters:
    ///   - name: the parameter in the path that names it.
    ///   - missing: what is told of one that is not there, such as `there is no token`, before its name.
    ///   - remove: whether there was one.
    static func removal(
        _ path: String, of name: RouteParameter, role: Role, _ summary: String, more: [RouteParameter] = [],
        done: String, missing: String, in context: APIContext,
        _ remove: @escaping @Sendable (String, Request) async throws -> Bool
    ) -> Route {
        Route(
            "DELETE", path, role: role, summary, parameters: [name] + more,
            answers: [
                Answer(
                    .ok, done, "application/json",
                    Schema.object([("removed", Schema.boolean)], required: ["removed"])),
                Answer(
                    .notFound, "There is none of that name", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { request in
            let text = request.arguments.text(name.name) ?? ""
            return context.later {
                guard try await remove(text, request) else { throw Problem(.notFound, "\(missing) \(text)") }
                return HTTPResponse(json: JSONWriter.bytes(.object([.init("removed", .bool(true))])))
            }
        }
    }
}
