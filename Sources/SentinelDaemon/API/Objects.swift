import SentinelCore
import SentinelEngine

/// What the API tells of things, as JSON: the field names of `sentinel … -o json`.
enum Objects {
    static func time(_ milliseconds: Int64?) -> JSONValue {
        milliseconds.map { .string(Timestamp(milliseconds: $0).iso8601) } ?? .null
    }

    static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    static func severity(_ severity: Rule.Severity) -> JSONValue {
        .string(["low", "medium", "high", "critical"][severity.rawValue - 1])
    }

    static func incident(_ incident: Incident) -> JSONValue {
        .object([
            .init("id", .string(incident.id)), .init("severity", severity(incident.severity)),
            .init("rule", .string(incident.rule)), .init("module", .string(incident.module)),
            .init("mode", .string(incident.mode.rawValue)),
            .init("subject", .string(incident.subject.description)), .init("count", .int(incident.count)),
            .init("first", time(incident.first)), .init("last", time(incident.last)),
            .init("description", .string(incident.description)), .init("evidence", incident.evidence),
            .init("block_ref", text(incident.ref)), .init("blocked_until", time(incident.blockedUntil)),
            .init("policy", .string(incident.policy)),
            .init("disposition", text(incident.review?.disposition.rawValue)),
            .init("reviewed_by", text(incident.review?.by)), .init("reviewed_at", time(incident.review?.at)),
            .init("review_note", text(incident.review?.note)),
        ])
    }

    static func block(_ standing: Standing<Block>) -> JSONValue {
        let block = standing.value
        return .object([
            .init("subject", .string(block.subject.description)), .init("action", .string(block.action.rawValue)),
            .init("reason", .string(block.reason)), .init("rule", text(block.rule)),
            .init("incident", text(block.incident)), .init("ref", .string(block.ref)),
            .init("by", .string(block.by)), .init("note", text(block.note)), .init("since", time(block.since)),
            .init("until", time(block.until)),
            .init("expires_in_ms", standing.remaining.map { .int($0.milliseconds) } ?? .null),
        ])
    }

    static func webhook(_ overview: WebhookOverview) -> JSONValue {
        let (webhook, state) = (overview.webhook, overview.state)
        return .object([
            .init("id", .string(webhook.id)), .init("name", .string(webhook.name)),
            .init("form", .string(webhook.form.rawValue)), .init("place", .string(webhook.place)),
            .init("severity", severity(webhook.severity)),
            .init("modules", .array(webhook.modules.map(JSONValue.string))), .init("seq", .int(state.number)),
            .init("delivered", .int(state.delivered)),
            .init("waiting", .int(overview.waiting)), .init("dead", .int(state.dead)), .init("lost", .int(state.lost)),
            .init("failing_since", time(state.failingSince)), .init("error", text(state.error)),
            .init("by", .string(webhook.by)), .init("created", time(webhook.created)),
        ])
    }

    static func deadLetter(_ letter: DeadLetter) -> JSONValue {
        .object([
            .init("id", .string(letter.id)), .init("at", time(letter.at)), .init("webhook", .string(letter.webhook)),
            .init("error", .string(letter.error)), .init("alert", letter.alert?.json ?? .null),
        ])
    }

    static func audit(_ entry: AuditEntry) -> JSONValue {
        .object([
            .init("n", .int(entry.number)), .init("at", time(entry.at)), .init("by", .string(entry.by)),
            .init("what", .string(entry.what)), .init("subject", .string(entry.subject)),
            .init("before", .string(entry.before)), .init("after", .string(entry.after)),
            .init("note", .string(entry.note)), .init("prev", .string(entry.previous)),
            .init("hash", .string(entry.hash)),
        ])
    }

    static func auditChain(_ chain: AuditChain) -> JSONValue {
        .object([
            .init("sound", .bool(chain.problems.isEmpty)), .init("entries", .int(Int64(chain.checked))),
            .init("first", .int(chain.first)), .init("head", text(chain.last?.description)),
            .init("unchained", .int(Int64(chain.unchained))),
            .init("problems", .array(chain.problems.map(JSONValue.string))),
        ])
    }

    static func diagnosis(_ diagnosis: Diagnosis) -> JSONValue {
        .object([
            .init("state", .string(diagnosis.state.rawValue)), .init("check", .string(diagnosis.check)),
            .init("message", .string(diagnosis.message)), .init("advice", text(diagnosis.advice)),
        ])
    }

    /// - Parameter now: ms since 1970.
    static func token(_ token: Token, now: Int64) -> JSONValue {
        .object([
            .init("id", .string(token.id)), .init("role", .string(token.role.rawValue)),
            .init("name", .string(token.name)), .init("by", .string(token.by)), .init("created", time(token.created)),
            .init("until", time(token.until)), .init("expired", .bool((token.until ?? .max) <= now)),
        ])
    }

    static func counts(_ counts: [String: Int64]) -> JSONValue {
        .object(counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { .init($0.key, .int($0.value)) })
    }

    static func reviews(_ rules: [RuleReviews]) -> JSONValue {
        .object(
            rules.map { rule in
                .init(
                    rule.rule,
                    .object([
                        .init("confirmed", .int(rule.confirmed)), .init("false_positive", .int(rule.falsePositives)),
                        .init("benign", .int(rule.benign)),
                        .init("precision", rule.precision.map(JSONValue.double) ?? .null),
                    ]))
            })
    }

    static func statistics(_ statistics: Statistics) -> JSONValue {
        .object([
            .init("at", time(statistics.at)), .init("from", time(statistics.from)),
            .init("events", .int(statistics.events)),
            .init("kinds", counts(statistics.kinds)), .init("limited", .int(statistics.limited)),
            .init("reports", .int(statistics.reports)), .init("flags", counts(statistics.flags)),
            .init("flags_refused", .int(statistics.refusedFlags)), .init("dropped", .int(statistics.dropped)),
            .init("incidents", .int(statistics.incidents)), .init("pending", .int(statistics.pending)),
            .init("reviews", reviews(statistics.reviews)), .init("blocks", .int(statistics.blocks)),
            .init("exemptions", .int(statistics.exemptions)), .init("backlog", .int(statistics.backlog)),
            .init("coordinator", text(statistics.coordinator)),
            .init("incidents_by_type", counts(statistics.openedByRule)),
            .init("incidents_by_severity", counts(statistics.openedBySeverity)),
            .init("blocks_by_reason", counts(statistics.blocksByReason)),
            .init("days", .array(statistics.days.map(day))),
            .init("top_addresses", .array(statistics.busiest.map(busy))),
        ])
    }
}
