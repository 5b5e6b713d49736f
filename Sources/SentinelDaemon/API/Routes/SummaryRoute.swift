import SentinelCore
import SentinelEngine
import SentinelIO

extension Route {
    /// `GET /v1/summary/{subject}`: all that is known of a subject.
    static func summary(_ context: APIContext) -> Route {
        Route(
            "GET", "/v1/summary/{subject}", role: .staff, "All that is known of a subject",
            parameters: [
                .path("subject", .subject, "user:ada, ip:203.0.113.7"),
                .query("at", .time, "Scores as of then; now unless said otherwise"),
            ],
            answers: [
                Answer(.ok, "What is known", "application/json", Schema.summary),
                Answer(.notFound, "Nothing is known of it", "application/problem+json", Schema.reference("Problem")),
            ]
        ) { (request) throws(Problem) in
            guard let subject = request.arguments.subject("subject") else { throw Problem(.badRequest) }
            let time = request.arguments.time("at")
            return context.later {
                let summary = try await context.calls.summary(
                    of: subject, at: time, policy: await context.policy.current())
                guard summary.isKnown else { throw Problem(.notFound, "nothing is known of \(subject)") }
                return HTTPResponse(json: JSONWriter.bytes(Objects.summary(summary)))
            }
        }
    }
}

extension Objects {
    static func summary(_ summary: SubjectSummary) -> JSONValue {
        let assessment = summary.assessment
        let totals = summary.activity.totals(at: summary.at, days: 400)
        let peers = summary.activity.peers.sorted { $0.last > $1.last }.map { PercentEncoding.encode($0.id) }
        let isUser = summary.subject.type == "user"
        return .object([
            .init("subject", .string(summary.subject.description)), .init("at", time(summary.at)),
            .init("risk_level", .string(assessment.risk.rawValue)), .init("score", .double(assessment.score)),
            .init(
                "modules",
                .object(
                    assessment.modules.filter { $0.score > 0 }
                        .map { .init($0.module.rawValue, .double($0.score)) })),
            .init("highest_score", .double(assessment.highest)), .init("highest_at", time(assessment.highestAt)),
            .init("is_suspicious", .bool(assessment.isSuspicious)),
            .init("suspicion_reasons", .array(assessment.suspicionReasons.map(JSONValue.string))),
            .init(
                "reasons",
                .array(
                    assessment.reasons.map { reason in
                        .object([
                            .init("rule", .string(reason.rule)), .init("module", .string(reason.module.rawValue)),
                            .init("weight", .double(reason.weight)),
                            .init("flags", .int(Int64(clamping: reason.flags))), .init("at", time(reason.at)),
                        ])
                    })),
            .init("open_flags", .int(Int64(assessment.flags))), .init("incidents", .int(Int64(assessment.incidents))),
            .init("account_age_days", summary.accountAgeDays.map(JSONValue.int) ?? .null),
            .init("created_at", time(summary.activity.created)),
            .init("content_last_hour", .int(Int64(summary.postsLastHour))),
            .init("content_last_day", .int(Int64(summary.postsLastDay))),
            .init("total_content", .int(Int64(clamping: summary.posts))), .init("last_content", time(summary.lastPost)),
            .init("messages", .int(assessment.activity.messages)),
            .init("messages_per_day", .double(assessment.activity.perDay)),
            .init("activity_days", .int(assessment.activity.days)),
            .init("refused_share", .double(assessment.activity.refusedShare)),
            .init("tokens", .int(Int64(clamping: totals.tokens))),
            .init("first_seen", time(summary.activity.first)), .init("last_seen", time(summary.activity.last)),
            .init("addresses", .array(isUser ? peers.map(JSONValue.string) : [])),
            .init("accounts", .array(isUser ? [] : peers.map(JSONValue.string))),
            .init("has_more_peers", .bool(summary.activity.isCrowded)),
            .init("is_allowed", .bool(summary.isExempt)), .init("is_blocked", .bool(summary.block != nil)),
            .init("block", summary.block.map(block) ?? .null),
            .init("open_incidents", .array(summary.openIncidents.map(incident))),
        ])
    }
}
