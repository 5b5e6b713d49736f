import SentinelCore
import SentinelEngine
import SentinelIO

/// What a review may say: a disposition, or that it is taken back.
private enum Verdict: String, CaseIterable {
    case confirmed
    case falsePositive = "false_positive"
    case benign
    case open

    var disposition: Review.Disposition? { Review.Disposition(rawValue: rawValue) }
}

extension Route {
    /// How many incidents one request may review.
    private static var reviewedAtOnce: Int { 1000 }
    private static var note: (String, JSONValue) { ("note", Schema.note) }
    private static var disposition: (String, JSONValue) {
        ("disposition", Schema.choice(Verdict.allCases.map(\.rawValue)))
    }

    /// `PATCH /v1/incidents/{id}`: reviews an incident, or takes its review back.
    static func incidentReview(_ context: APIContext) -> Route {
        Route(
            "PATCH", "/v1/incidents/{id}", role: .admin, "Review an incident, or take its review back (open)",
            parameters: [.path("id", .incident, "As lists and alerts show it: i0-17")],
            bodies: [Body("application/json", Schema.closed([disposition, note], required: ["disposition"]))],
            answers: [
                Answer(.ok, "The incident as it is now", "application/json", Schema.incident),
                Answer(
                    .notFound, "There is none of this id", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["disposition", "note"])
            guard let verdict = try body.choice("disposition", Verdict.self) else {
                throw Problem(.badRequest, "\"disposition\" is missing")
            }
            let note = try body.note("note")
            let id = request.arguments.text("id") ?? ""
            guard isIncident(id) else { throw Problem(.notFound, "there is no incident of this id") }
            return context.later {
                _ = try await context.calls.review([id], as: verdict.disposition, by: request.caller, note: note)
                return HTTPResponse(json: try await context.incident(id))
            }
        }
    }

    /// `POST /v1/incidents/bulk`: the same for many.
    static func incidentsBulk(_ context: APIContext) -> Route {
        let number = Schema.integer(0...Int64(reviewedAtOnce))
        return Route(
            "POST", "/v1/incidents/bulk", role: .admin, "Review many incidents, or take their reviews back (open)",
            bodies: [
                Body(
                    "application/json",
                    Schema.closed(
                        [
                            ("ids", Schema.array(of: Schema.string(pattern: idPattern), maximum: reviewedAtOnce)),
                            disposition, note,
                        ], required: ["ids", "disposition"]))
            ],
            answers: [
                Answer(
                    .ok, "How many changed, how many were so already, and which are not there", "application/json",
                    Schema.object(
                        [
                            ("changed", number), ("unchanged", number), ("missing", Schema.array(of: Schema.string())),
                        ], required: ["changed", "unchanged", "missing"]))
            ]
        ) { (request) throws(Problem) in
            let body = try JSONBody(request, fields: ["ids", "disposition", "note"])
            guard let verdict = try body.choice("disposition", Verdict.self) else {
                throw Problem(.badRequest, "\"disposition\" is missing")
            }
            guard case .array(let items) = body["ids"], items.count <= reviewedAtOnce else {
                throw Problem(.badRequest, "\"ids\" is a list of at most \(reviewedAtOnce) ids")
            }
            var ids: [String] = []
            for item in items {
                guard let id = item.text, isIncident(id) else {
                    throw Problem(.badRequest, "\"ids\" has one that is none: they look like i0-17")
                }
                ids.append(id)
            }
            let note = try body.note("note")
            return context.later { [ids] in
                let change = try await context.calls.review(
                    ids, as: verdict.disposition, by: request.caller, note: note)
                return HTTPResponse(
                    json: JSONWriter.bytes(
                        .object([
                            .init("changed", .int(Int64(change.changed))),
                            .init("unchanged", .int(Int64(change.unchanged))),
                            .init("missing", .array(change.missing.map(JSONValue.string))),
                        ])))
            }
        }
    }

    private static var idPattern: String { "^i[0-9]{1,5}-[0-9]{1,16}$" }

    /// Whether it looks like the id of an incident.
    private static func isIncident(_ id: String) -> Bool {
        let parts = id.utf8.dropFirst().split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isNumber = { (part: Substring.UTF8View, most: Int) in
            (1...most).contains(part.count) && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return id.utf8.first == UInt8(ascii: "i") && parts.count == 2 && isNumber(parts[0], 5) && isNumber(parts[1], 16)
    }
}
