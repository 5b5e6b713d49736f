import SentinelCore
import SentinelEngine

/// Shows why a subject has its score.
struct Explain: Command {
    static let name = "explain"
    static let abstract = "Show why a subject is suspected or blocked"
    static let discussion = """
        Each rule weighs what its newest flag is still worth; different rules add up. Ends with 4 if nothing is known.
        """
    static let examples = [
        Example("Why is this user blocked?", "sentinel explain user:mallory"),
        Example("With all evidence", "sentinel explain user:mallory -o json"),
    ]
    static let parameters: [Parameter<Self>] = [
        .subject(\.subject),
        .option("at", nil, \.at, .time, "scores as of then: 2h (ago), a date, ISO 8601"),
    ]

    var subject: Subject?
    var at: TimePoint?

    /// What programs get, in one object.
    private static let columns: [Column<SubjectSummary>] =
        ["subject", "at", "risk_level", "score", "modules", "is_suspicious", "suspicion_reasons", "block_ref"]
        .compactMap { name in SummaryColumns.all.first { $0.name == name } } + [
            Column("reasons") { .json(.array($0.assessment.reasons.map(\.timed))) },
            Column("incidents") { .json(.array($0.openIncidents.map(\.explained))) },
        ]

    func run(_ context: Context) async throws -> ExitCode {
        let summary = try await context.summary(of: subject, at: at)
        let output = context.output
        guard output.format == .human else {
            try output.one(summary, Self.columns)
            return .ok
        }
        let assessment = summary.assessment
        try output.line(
            "\(summary.subject): \(assessment.risk.rawValue) risk, score \(assessment.score.hundredths)",
            SummaryColumns.tone(assessment.risk))
        for reason in assessment.suspicionReasons { try output.line("suspicious: \(reason)", .warning) }
        if let block = summary.block {
            let left = block.remaining.map { "for \(HumanTime.span(milliseconds: $0.milliseconds)) more" }
            let why = block.value.rule ?? block.value.note ?? block.value.reason
            try output.line(
                "\(block.value.subject) is blocked \(left ?? "for good") by \(block.value.by) (\(why)), ref "
                    + block.value.ref, .bad)
        }
        try output.line("")
        try output.list(assessment.reasons, SummaryColumns.reasons, empty: "No rule speaks against it.")
        for incident in summary.openIncidents {
            try output.line("")
            try output.line("\(incident.id) \(incident.rule): \(incident.description)", .strong)
            for line in PrettyJSON.lines(incident.evidence, indent: 2) { try output.line(line) }
        }
        return .ok
    }
}

extension Suspicion.CurrentReason {
    fileprivate var timed: JSONValue {
        .object([
            .init("rule", .string(rule)), .init("module", .string(module.rawValue)),
            .init("weight", .double(weight.thousandths)), .init("flags", .int(Int64(clamping: flags))),
            .init("at", .string(ISO8601.format(at))),
        ])
    }
}

extension Incident {
    fileprivate var explained: JSONValue {
        .object([
            .init("id", .string(id)), .init("rule", .string(rule)), .init("mode", .string(mode.rawValue)),
            .init("severity", .string(severity.name)), .init("count", .int(count)),
            .init("last", .string(ISO8601.format(last))), .init("description", .string(description)),
            .init("evidence", evidence),
        ])
    }
}
