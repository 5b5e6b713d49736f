import SentinelCore
import SentinelEngine

/// The fields of what is known of a subject.
enum SummaryColumns {
    /// Everything: `summary`.
    static let all: [Column<SubjectSummary>] = [
        Column("subject", clips: false) { .string($0.subject.description) },
        Column("at") { .time($0.at) },
        Column("risk_level", tone: { tone($0.assessment.risk) }) { .string($0.assessment.risk.rawValue) },
        Column("score", tone: { tone($0.assessment.risk) }) { .double($0.assessment.score.thousandths) },
        Column("highest_score") { .double($0.assessment.highest.thousandths) },
        Column("highest_at") { .optional($0.assessment.highestAt, Value.time) },
        Column("modules") { .json(modules($0.assessment)) },
        Column("is_suspicious", tone: { $0.assessment.isSuspicious ? .warning : .plain }) {
            .bool($0.assessment.isSuspicious)
        },
        Column("suspicion_reasons", absent: "none") { .list($0.assessment.suspicionReasons) },
        Column("open_flags") { .int(Int64($0.assessment.flags)) },
        Column("incidents") { .int(Int64($0.assessment.incidents)) },
        Column("messages") { .int($0.assessment.activity.messages) },
        Column("messages_per_day") { .double($0.assessment.activity.perDay.hundredths) },
        Column("refused_share") { .double($0.assessment.activity.refusedShare.thousandths) },
        Column("content_last_hour") { .int(Int64($0.postsLastHour)) },
        Column("content_last_day") { .int(Int64($0.postsLastDay)) },
        Column("account_age_days") { .optional($0.accountAgeDays, Value.int) },
        Column("created_at") { .optional($0.activity.created, Value.time) },
        Column("tokens") { .int(Int64(clamping: $0.activity.totals(at: $0.at, days: 400).tokens)) },
        Column("first_seen") { .optional($0.activity.first, Value.time) },
        Column("last_seen") { .optional($0.activity.last, Value.time) },
        Column("addresses", absent: "none known") { .list($0.subject.type == "user" ? peers($0) : []) },
        Column("accounts", absent: "none known") { .list($0.subject.type == "user" ? [] : peers($0)) },
        Column("has_more_peers", isListed: false) { .bool($0.activity.isCrowded) },
        Column("total_posts") { .int(Int64(clamping: $0.posts)) },
        Column("last_post") { .optional($0.lastPost, Value.time) },
        Column("is_allowed") { .bool($0.isExempt) },
        Column("is_blocked", tone: { $0.block == nil ? .plain : .bad }) { .bool($0.block != nil) },
        Column("block_ref", "block") { .optional($0.block?.value.ref, Value.string) },
        Column("blocked_by_rule") { .optional($0.block?.value.rule, Value.string) },
        Column("block_remaining_ms", "block expires in", absent: "never") {
            .optional($0.block.flatMap(\.remaining), Value.duration)
        },
        Column("open_incidents") { .list($0.openIncidents.map { "\($0.id) \($0.rule)" }) },
    ]

    static let reasons: [Column<Suspicion.CurrentReason>] = [
        Column("rule") { .string($0.rule) },
        Column("module") { .string($0.module.rawValue) },
        Column("weight") { .double($0.weight.thousandths) },
        Column("flags", "events") { .int(Int64(clamping: $0.flags)) },
        Column("at", "last") { .time($0.at) },
    ]

    /// The newest first.
    private static func peers(_ summary: SubjectSummary) -> [String] {
        summary.activity.peers.sorted { $0.last > $1.last }.map { PercentEncoding.encode($0.id) }
    }

    /// Modules by name with their scores, those of 0 left out.
    static func modules(_ assessment: Assessment) -> JSONValue {
        .object(
            assessment.modules.filter { $0.score > 0 }
                .map { .init($0.module.rawValue, .double($0.score.thousandths)) })
    }

    static func tone(_ risk: Assessment.Risk) -> Tone {
        switch risk {
        case .low: .good
        case .medium: .warning
        case .high: .bad
        }
    }
}
