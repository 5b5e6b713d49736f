/// How well a recording's labels were met, as a table: all rules together and each by itself, beside the base rules.
package enum DetectionTable {
    /// - Parameters:
    ///   - base: The same recording judged by ``BaseRules``.
    ///   - timePerEvent: By the detectors under measurement; nil if it was not measured.
    package static func table(
        _ title: String, _ report: LabelReport, base: LabelReport, timePerEvent: Duration? = nil
    ) -> Table {
        var table = Table(
            title,
            columns: [
                "rule", "precision", "recall", "per 1,000 honest", "found", "honest", "unlabelled", "base precision",
                "base recall", "base per 1,000",
            ])
        let offenders = report.offenders.reduce(0) { $0 + $1.total }
        let found = report.offenders.reduce(0) { $0 + $1.found }
        let baseFound = base.offenders.reduce(0) { $0 + $1.found }
        table.rows.append(
            row(
                "all",
                LabelReport.RuleHits(
                    offenders: found, honest: report.honest.flagged, unlabelled: report.unlabelled.flagged),
                LabelReport.RuleHits(offenders: baseFound, honest: base.honest.flagged), offenders, report))
        for rule in Set(report.rules.keys).union(base.rules.keys).sorted() {
            table.rows.append(
                row(rule, report.rules[rule] ?? .init(), base.rules[rule] ?? .init(), offenders, report))
        }
        for each in report.offenders {
            table.notes.append("\(each.label): \(each.found) of \(each.total) found, \(each.blocked) blocked")
        }
        table.notes.append(
            "honest: \(report.honest.flagged) of \(report.honest.total) flagged, \(report.honest.blocked) blocked")
        if report.unlabelled.total > 0 {
            table.notes.append(
                "nobody knows: \(report.unlabelled.flagged) of \(report.unlabelled.total) flagged, "
                    + "\(report.unlabelled.blocked) blocked")
        }
        if let timePerEvent {
            let microseconds =
                Double(timePerEvent.components.attoseconds / 1_000_000_000) / 1000
                + Double(timePerEvent.components.seconds) * 1_000_000
            table.notes.append("time per event: \(microseconds.hundredths) µs")
        }
        return table
    }

    private static func row(
        _ name: String, _ hits: LabelReport.RuleHits, _ base: LabelReport.RuleHits, _ offenders: Int,
        _ report: LabelReport
    ) -> [Table.Cell] {
        let honest = report.honest.total
        return [
            .text(name), .share(share(hits.offenders, of: hits.offenders + hits.honest)),
            .share(share(hits.offenders, of: offenders)), perThousand(hits.honest, of: honest),
            .count(hits.offenders), .count(hits.honest), .count(hits.unlabelled),
            .share(share(base.offenders, of: base.offenders + base.honest)),
            .share(share(base.offenders, of: offenders)), perThousand(base.honest, of: honest),
        ]
    }

    private static func share(_ part: Int, of whole: Int) -> Double? {
        whole == 0 ? nil : Double(part) / Double(whole)
    }

    private static func perThousand(_ part: Int, of whole: Int) -> Table.Cell {
        whole == 0 ? .share(nil) : .number(Double(part) * 1000 / Double(whole), "")
    }
}
