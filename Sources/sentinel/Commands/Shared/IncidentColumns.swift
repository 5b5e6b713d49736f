import SentinelCore
import SentinelEngine

/// The fields of an incident, for lists and for its own page.
enum IncidentColumns {
    static let all: [Column<Incident>] = [
        Column("id", clips: false) { .string($0.id) },
        Column("severity", tone: { SeverityName($0.severity).tone }) { .string(SeverityName($0.severity).rawValue) },
        Column("rule") { .string($0.rule) },
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("count") { .int($0.count) },
        Column("last") { .time($0.last) },
        Column("description") { .string($0.description) },
        Column("block_ref", "block") { .optional($0.ref, Value.string) },
        Column("disposition", "review", absent: "pending") {
            .optional($0.review?.disposition.rawValue, Value.string)
        },
        Column("reviewed_by", isListed: false) { .optional($0.review?.by, Value.string) },
        Column("reviewed_at", isListed: false) { .optional($0.review?.at, Value.time) },
        Column("review_note", isListed: false) { .optional($0.review?.note, Value.string) },
        Column("mode", isListed: false) { .string($0.mode.rawValue) },
        Column("module", isListed: false) { .string($0.module) },
        Column("first", isListed: false) { .time($0.first) },
        Column("blocked_until", "blocked until", isListed: false) { .optional($0.blockedUntil, Value.time) },
        Column("policy", isListed: false) { .string($0.policy) },
        Column("evidence", isListed: false) { .json($0.evidence) },
    ]
}
