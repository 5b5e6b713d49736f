import SentinelCore
import SentinelDaemon
import SentinelEngine

/// What people and programs are told of a finished replay.
enum ReplaySummary {
    /// A row of the table of labels.
    struct Row {
        var label: String
        var total: Int
        var found: Int
        var blocked: Int
        var missed: String
    }

    static func write(_ summary: ReplayRun.Summary, to output: Output) throws {
        if output.format == .json {
            return try output.write(JSONText.write(json(summary)) + "\n")
        }
        let tally = summary.tally
        let seconds = max(0.001, Double(summary.time.milliseconds) / 1000)
        try output.say(
            "\(tally.total) events in \(HumanTime.span(milliseconds: summary.time.milliseconds)) "
                + "(\(Int(Double(tally.total) / seconds)) a second): \(tally.allowed) allowed, \(tally.limited) limited, "
                + "\(tally.blocked) blocked, \(tally.challenged) challenged", .strong)
        if tally.refused > 0 {
            try output.say("\(tally.refused) were not taken; the first: \(tally.firstRefusal ?? "")", .warning)
        }
        if summary.skipped > 0 { try output.say("\(summary.skipped) records could not be read", .warning) }
        try output.say("\(summary.flagged) subjects flagged, \(summary.blocked) of them blocked")
        for (rule, count) in summary.subjectsPerRule.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            try output.say("  \(count)  \(rule)")
        }
        let report = summary.report
        guard !report.offenders.isEmpty || report.honest.total > 0 else { return }
        try output.say("")
        let rows = report.offenders.map { each in
            Row(
                label: each.label, total: each.total, found: each.found, blocked: each.blocked,
                missed: each.missed.prefix(3).map { PercentEncoding.encode($0) }.joined(separator: " "))
        }
        try output.list(
            rows,
            [
                Column("label", "abusers of the kind") { .string($0.label) },
                Column("total", "there are") { .int(Int64($0.total)) },
                Column("found", "found") { .int(Int64($0.found)) },
                Column("blocked", "blocked") { .int(Int64($0.blocked)) },
                Column("missed", "missed") { .string($0.missed) },
            ], empty: "No abuser is labelled.")
        let found = report.offenders.reduce(0) { $0 + $1.found }
        let total = report.offenders.reduce(0) { $0 + $1.total }
        try output.say(
            "Found \(found) of \(total) abusers\(percent(found, of: total)).", found == total ? .good : .plain)
        try output.say(
            "Flagged \(report.honest.flagged) of \(report.honest.total) honest people"
                + "\(percent(report.honest.flagged, of: report.honest.total)), blocked \(report.honest.blocked).",
            report.honest.flagged == 0 ? .good : .warning)
        if !report.honest.examples.isEmpty {
            let names = report.honest.examples.prefix(5).map { PercentEncoding.encode($0) }
            try output.say("  " + names.joined(separator: " "), .faint)
        }
        if let table = table(summary) {
            try output.say("")
            for line in table.text().split(separator: "\n") { try output.line(String(line)) }
        }
    }

    /// The table of `--report`.
    private static func table(_ summary: ReplayRun.Summary) -> SentinelCore.Table? {
        summary.base.map { base in
            DetectionTable.table(
                "By rule, beside the base rules", summary.report, base: base,
                timePerEvent: summary.time / max(1, summary.tally.total))
        }
    }

    /// ` (12.5 %)`
    private static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "" }
        let tenths = Int((Double(part) * 1000 / Double(whole)).rounded())
        return " (\(tenths / 10).\(tenths % 10) %)"
    }

    private static func json(_ summary: ReplayRun.Summary) -> JSONValue {
        let tally = summary.tally
        let report = summary.report
        let table = table(summary)
        return .object([
            .init("events", .int(Int64(tally.total))),
            .init("allowed", .int(Int64(tally.allowed))),
            .init("limited", .int(Int64(tally.limited))),
            .init("blocked", .int(Int64(tally.blocked))),
            .init("challenged", .int(Int64(tally.challenged))),
            .init("refused", .int(Int64(tally.refused))),
            .init("skipped", .int(Int64(summary.skipped))),
            .init("milliseconds", .int(summary.time.milliseconds)),
            .init("flagged_subjects", .int(Int64(summary.flagged))),
            .init("blocked_subjects", .int(Int64(summary.blocked))),
            .init(
                "subjects_per_rule",
                .object(summary.subjectsPerRule.sorted { $0.key < $1.key }.map { .init($0.key, .int(Int64($0.value))) })
            ),
            .init(
                "labels",
                .array(
                    report.offenders.map { each in
                        .object([
                            .init("label", .string(each.label)), .init("total", .int(Int64(each.total))),
                            .init("found", .int(Int64(each.found))),
                            .init("found_by_name", .int(Int64(each.foundByName))),
                            .init("blocked", .int(Int64(each.blocked))),
                            .init("missed", .array(each.missed.map { .string(PercentEncoding.encode($0)) })),
                        ])
                    })),
            .init("honest", others(report.honest)),
            .init("honest_addresses", others(report.honestAddresses)),
            .init("unlabelled", others(report.unlabelled)),
            .init("rules", .object(report.rules.sorted { $0.key < $1.key }.map { .init($0.key, hits($0.value)) })),
            .init("report", table.map { SentinelCore.Table.value([$0]) } ?? .null),
        ])
    }

    private static func others(_ others: LabelReport.Others) -> JSONValue {
        .object([
            .init("total", .int(Int64(others.total))), .init("flagged", .int(Int64(others.flagged))),
            .init("blocked", .int(Int64(others.blocked))),
            .init("examples", .array(others.examples.map { .string(PercentEncoding.encode($0)) })),
        ])
    }

    private static func hits(_ hits: LabelReport.RuleHits) -> JSONValue {
        .object([
            .init("offenders", .int(Int64(hits.offenders))), .init("honest", .int(Int64(hits.honest))),
            .init("unlabelled", .int(Int64(hits.unlabelled))),
        ])
    }
}
