import SentinelCore
import SentinelEngine
import SentinelIO

/// The description of the API by its routes, in OpenAPI 3.1. <https://spec.openapis.org/oas/v3.1.0>
enum OpenAPI {
    static func document(_ routes: [Route]) -> JSONValue {
        var paths: [JSONValue.Member] = []
        for route in routes {
            let methods = route.isSubrequest ? allMethods : [route.method]
            let operations = methods.map { JSONValue.Member($0.lowercased(), describe(route, as: $0)) }
            if let place = paths.firstIndex(where: { $0.name == route.path }),
                case .object(let others) = paths[place].value
            {
                paths[place].value = .object(others + operations)
            } else {
                paths.append(.init(route.path, .object(operations)))
            }
        }
        return .object([
            .init("openapi", .string("3.1.0")),
            .init(
                "info",
                .object([
                    .init("title", .string("Sentinel")),
                    .init("summary", .string("Rate and abuse verdicts in real time")),
                    .init("version", .string("1")),
                ])),
            .init("paths", .object(paths)),
            .init(
                "components",
                .object([
                    .init("schemas", .object(Schema.shared)),
                    .init(
                        "securitySchemes",
                        .object([
                            .init(
                                "token",
                                .object([.init("type", .string("http")), .init("scheme", .string("bearer"))]))
                        ])),
                ])),
        ])
    }

    /// Proxies ask with the method of the request that they ask about.
    private static let allMethods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH"]

    private static func describe(_ route: Route, as method: String) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("summary", .string(route.summary)),
            .init("operationId", .string(identifier(route, method))),
            .init("x-role", .string(route.role.rawValue)),
        ]
        if route.role != .anyone {
            // The empty one: without tokens the API of one machine asks for none.
            let schemes: [JSONValue] = [.object([.init("token", .array([]))])] + (route.wantsToken ? [] : [.object([])])
            members.append(.init("security", .array(schemes)))
        }
        if !route.parameters.isEmpty { members.append(.init("parameters", .array(parameters(of: route)))) }
        if !route.bodies.isEmpty {
            let content = route.bodies.map { JSONValue.Member($0.mediaType, .object([.init("schema", $0.schema)])) }
            members.append(
                .init("requestBody", .object([.init("required", .bool(true)), .init("content", .object(content))])))
        }
        let answers = route.answers.map { JSONValue.Member(String($0.status.code), describe($0)) }
        let problem = Route.Answer(.badRequest, "A problem", "application/problem+json", Schema.reference("Problem"))
        members.append(.init("responses", .object(answers + [.init("default", describe(problem))])))
        return .object(members)
    }

    /// Parameters of which one is needed are told as the members of one object, for OpenAPI has no other way to say so; in
    /// the query they stand each by itself (`style: form`, `explode: true`).
    private static func parameters(of route: Route) -> [JSONValue] {
        let group = route.parameters.filter { route.oneNeeded.contains($0.name) }
        let others = route.parameters.filter { !route.oneNeeded.contains($0.name) }.map(\.json)
        if group.isEmpty { return others }
        let schema = Schema.closed(group.map { ($0.name, $0.schema) }, oneNeeded: group.map(\.name))
        let object = JSONValue.object([
            .init("name", .string(group.map(\.name).joined(separator: "_or_"))), .init("in", .string("query")),
            .init("required", .bool(true)), .init("style", .string("form")), .init("explode", .bool(true)),
            .init(
                "description",
                .string(group.map { "\($0.name): \($0.description)" }.joined(separator: "; ") + "; one is needed")),
            .init("schema", schema),
        ])
        return [object] + others
    }

    private static func describe(_ answer: Route.Answer) -> JSONValue {
        var members: [JSONValue.Member] = [.init("description", .string(answer.description))]
        if !answer.headers.isEmpty {
            let field = JSONValue.object([.init("schema", .object([.init("type", .string("string"))]))])
            members.append(.init("headers", .object(answer.headers.map { .init($0, field) })))
        }
        if let type = answer.mediaType {
            let schema = answer.schema.map { [JSONValue.Member("schema", $0)] } ?? []
            members.append(.init("content", .object([.init(type, .object(schema))])))
        }
        return .object(members)
    }

    /// `get_v1_incidents_id`
    private static func identifier(_ route: Route, _ method: String) -> String {
        let words = route.path.split { !$0.isLetter && !$0.isNumber }
        return ([method.lowercased()] + words.map(String.init)).joined(separator: "_")
    }
}
