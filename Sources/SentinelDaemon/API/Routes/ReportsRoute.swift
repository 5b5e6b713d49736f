import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis

extension Route {
    /// `POST /v1/reports`: hands in what somebody else found out: a model, a moderator, another service.
    static func reports(_ context: APIContext) -> Route {
        let types = context.policy.known.rules.filter { $0.watches.contains(.report) }.map(\.id)
        let schema = Schema.closed(
            [
                ("type", Schema.choice(types)), ("user", Schema.string(1...256)), ("ip", Schema.address),
                ("severity", Schema.choice(["low", "medium", "high", "critical"])),
                ("description", Schema.string(pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f]*$", maximum: 1024)),
                ("context", .object([.init("description", .string("any JSON, at most 4096 bytes"))])),
                ("id", Schema.string(1...256)),
            ], required: ["type"], oneNeeded: ["user", "ip"])
        return Route(
            "POST", "/v1/reports", role: .client, "Hand in an outside verdict",
            bodies: [Body("application/json", schema)],
            answers: [
                Answer(
                    .accepted, "It is in the log, and an incident follows", "application/json",
                    Schema.object([("accepted", Schema.string())], required: ["accepted"])),
                Answer(
                    .conflict, "The id was used for an event of the same subject", "application/problem+json",
                    Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let arguments = try reportArguments(request.http.body)
            return context.later {
                let reply = try await context.calls.call("sentinel_report", arguments)
                // Ids are remembered by subject, whatever was sent under them.
                guard let position = try reply["accepted"]?.string else {
                    throw Problem(.conflict, "the subject has an event with this id; a report wants one of its own")
                }
                var json = JSONWriter()
                json.beginObject()
                json.append("accepted", position)
                json.endObject()
                return HTTPResponse(.accepted, json: json.bytes)
            }
        }
    }

    /// DEL may stand in JSON as it is, but not in what Redis keeps.
    private static func escapingDelete(_ json: [UInt8]) -> [UInt8] {
        json.contains(0x7F) ? json.flatMap { $0 == 0x7F ? Array(#"\u007f"#.utf8) : [$0] } : json
    }

    private static let reportFields: Set<String> = [
        "type", "user", "ip", "severity", "description", "context", "id",
    ]

    private static func reportArguments(_ body: [UInt8]) throws(Problem) -> [[UInt8]] {
        let value: JSONValue
        do throws(JSONError) { value = try JSONReader.read(body) } catch {
            throw Problem(.badRequest, error.description)
        }
        guard case .object(let members) = value else { throw Problem(.badRequest, "expected a JSON object") }
        var arguments: [[UInt8]] = []
        for member in members {
            guard reportFields.contains(member.name) else {
                throw Problem(.badRequest, "unknown field \"\(member.name.prefix(64))\"")
            }
            switch (member.name, member.value) {
            case ("context", _): arguments += [Array("context".utf8), escapingDelete(JSONWriter.bytes(member.value))]
            case ("description", .string(let text)) where !RouteParameter.isLine(text, most: 1024):
                throw Problem(
                    .badRequest, "\"description\" is a text of at most 1024 characters, none of them a control")
            case (_, .string(let text)): arguments += [Array(member.name.utf8), Array(text.utf8)]
            default: throw Problem(.badRequest, "\"\(member.name)\" must be a string")
            }
        }
        return arguments
    }
}
