import SentinelCore
import SentinelEngine

/// Lists incidents.
struct IncidentList: Command {
    static let name = "incident ls"
    static let abstract = "List incidents"

    enum Answer: String, CaseIterable, Sendable {
        case yes, no
    }

    static let examples = [
        Example("The newest", "sentinel incident ls"),
        Example("What is bad, of today", "sentinel incident ls --severity high --since 24h"),
        Example("What nobody has looked at yet", "sentinel incident ls --reviewed no --severity medium"),
        Example("Everything about one user", "sentinel incident ls --subject user:mallory -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("subject", nil, \.subject, .subject, "only about this subject: user:alice, ip:203.0.113.7"),
        .option("rule", nil, \.rule, .string("id"), "only of this rule"),
        .option("module", nil, \.module, .choice("name"), "only of this module"),
        .option("severity", "s", \.severity, .choice("level"), "at least: low, medium, high or critical"),
        .option("reviewed", nil, \.reviewed, .choice("yes|no"), "only those that were reviewed, or were not"),
        .option("as", nil, \.disposition, .choice("what"), "only those that were reviewed so"),
        .option("text", nil, \.text, .string("part"), "only with this in subject, description or note"),
        .option("cursor", nil, \.cursor, .string("text"), "go on where the last page ended"),
        .since(\.since),
        .until(\.until),
        .limit(\.limit),
    ]

    var subject: Subject?
    var rule: String?
    var module: Rule.Module?
    var severity = SeverityName.low
    var reviewed: Answer?
    var disposition: Review.Disposition?
    var text: String?
    var cursor: String?
    var since: TimePoint?
    var until: TimePoint?
    var limit = 50

    func run(_ context: Context) async throws -> ExitCode {
        var filter = IncidentFilter(
            subject: subject, rule: rule, severity: severity.severity, last: context.range(since: since, until: until))
        filter.module = module?.rawValue
        filter.isReviewed = reviewed.map { $0 == .yes }
        filter.disposition = disposition
        filter.text = text
        let page = try await context.withOperations {
            try await $0.incidents(filter, limit: limit, after: cursor)
        }
        try context.output.list(page.incidents, IncidentColumns.all, empty: "No incidents.")
        if let next = page.next {
            try context.output.flush()
            context.notice("there may be more: --cursor \(next)")
        }
        return .ok
    }
}
