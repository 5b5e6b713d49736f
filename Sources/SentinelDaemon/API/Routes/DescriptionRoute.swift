import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /openapi.json`: the description of the routes, and of itself.
    static func description(of routes: [Route]) -> Route {
        var route = Route(
            "GET", "/openapi.json", role: .anyone, "This description",
            answers: [Answer(.ok, "OpenAPI 3.1", "application/json", .object([.init("type", .string("object"))]))]
        ) { _ in .problem(Problem(.notFound)) }
        let document = JSONWriter.bytes(OpenAPI.document(routes + [route]))
        route.handler = { _ in .response(HTTPResponse(type: "application/json", document)) }
        return route
    }
}
