import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/incidents`: the list, filtered, a page at a time.
    static func incidents(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/incidents", role: .staff, "List incidents, those that grew last first",
            parameters: [
                .query("type", .word, "Only of this rule"),
                .query("module", .choice(Rule.Module.allCases.map(\.rawValue)), "Only of this module"),
                .query("severity", .integer(1...4), "At least so severe: 1 low … 4 critical"),
                .query("mode", .choice(Rule.Mode.allCases.map(\.rawValue)), "Only enforced ones, or in shadow"),
                .query("reviewed", .flag, "Only those that somebody reviewed, or nobody did"),
                .query("disposition", .choice(Review.Disposition.allCases.map(\.rawValue)), "Only reviewed so"),
                .query("subject", .subject, "Only about this subject"),
                .query("text", .text(1...64), "Only with this in id, type, subject, description or note"),
                .query("since", .time, "Only what grew at this time or later"),
                .query("until", .time, "Only what last grew before this time"),
                .query("limit", .integer(1...500), "At most so many; 50 unless said otherwise"),
                .query("cursor", .cursor, "next of the page before"),
            ],
            answers: [
                Answer(
                    .ok, "A page. next is null at the end", "application/json",
                    Schema.object(
                        [("incidents", Schema.array(of: Schema.incident)), ("next", Schema.string(orNull: true))],
                        required: ["incidents", "next"]))
            ]
        ) { request in
            let arguments = request.arguments
            var filter = IncidentFilter(
                subject: arguments.subject("subject"), rule: arguments.text("type"),
                severity: arguments.integer("severity").flatMap { Rule.Severity(rawValue: Int($0)) } ?? .low,
                last: arguments.range)
            filter.module = arguments.text("module")
            filter.mode = arguments.text("mode").flatMap(Rule.Mode.init)
            filter.isReviewed = arguments.flag("reviewed")
            filter.disposition = arguments.text("disposition").flatMap(Review.Disposition.init)
            filter.text = arguments.text("text")
            let limit = Int(arguments.integer("limit") ?? 50)
            return context.later { [filter] in
                let page = try await context.calls.incidents(filter, limit: limit, after: arguments.text("cursor"))
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("incidents", .array(page.incidents.map(Objects.incident))),
                            .init("next", Objects.text(page.next)),
                        ])))
            }
        }
    }

    /// `GET /v1/incidents/{id}`
    static func incident(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/incidents/{id}", role: .staff, "One incident with its evidence",
            parameters: [.path("id", .incident, "As lists and alerts show it: i0-17")],
            answers: [
                Answer(.ok, "The incident", "application/json", Schema.incident),
                Answer(
                    .notFound, "There is none of this id", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { request in
            let id = request.arguments.text("id") ?? ""
            return context.later { HTTPResponse(json: try await context.incident(id)) }
        }
    }
}

extension APIContext {
    /// An incident as JSON; 404 if there is none.
    func incident(_ id: String) async throws -> [UInt8] {
        guard let incident = try await calls.incident(id) else {
            throw Problem(.notFound, "there is no incident of this id")
        }
        return JSONWriter.bytes(Objects.incident(incident))
    }
}
