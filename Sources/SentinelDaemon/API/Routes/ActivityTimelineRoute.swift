import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/activity-timeline`: what a user or an address did, what was found, and what was done about it.
    static func activityTimeline(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/activity-timeline", role: .staff, "What somebody did, and what came of it, the newest first",
            parameters: [
                .query("ip", .address, "Of this address; of IPv6, of its network"),
                .query("user_id", .bytes(1...Subject.maximumIdBytes), "Of this user; ip goes before it"),
                .query("anon_user_id", .bytes(1...Subject.maximumIdBytes), "Of this user who is not registered"),
                .query("subject", .subject, "Of this subject"),
                .query("days", .integer(1...365), "Of so many days; 30 unless said otherwise"),
                .query("limit", .integer(1...500), "At most so many; 100 unless said otherwise"),
                .query("cursor", .place, "next of the page before"),
            ],
            oneNeeded: ["ip", "user_id", "anon_user_id", "subject"],
            answers: [Answer(.ok, "A page. next is null at the end", "application/json", Schema.timeline)]
        ) { (request) throws(Problem) in
            let arguments = request.arguments
            guard let subject = arguments.investigated else { throw Problem(.badRequest) }
            let days = arguments.integer("days") ?? 30
            let query = JSONValue.object([
                .init("ip_address", Objects.text(arguments.text("ip").flatMap { try? IPAddress($0) }?.description)),
                .init("user_id", Objects.text(arguments.bytes("user_id").map(PercentEncoding.encode))),
                .init("anon_user_id", Objects.text(arguments.bytes("anon_user_id").map(PercentEncoding.encode))),
                .init("days", .int(days)),
            ])
            return context.later {
                let timeline = try await context.calls.timeline(
                    of: subject, days: days, limit: Int(arguments.integer("limit") ?? 100),
                    after: arguments.text("cursor"), policy: await context.policy.current())
                return HTTPResponse(json: JSONWriter.bytes(Objects.timeline(timeline, query: query)))
            }
        }
    }
}

extension RouteArguments {
    /// Whom a timeline is asked for.
    fileprivate var investigated: Subject? {
        if let address = bytes("ip").flatMap({ try? IPAddress(parsing: $0) }) { return Subject(of: address) }
        if let id = bytes("user_id") ?? bytes("anon_user_id") { return try? Subject(type: "user", id: id) }
        return subject("subject")
    }
}
