import SentinelCore
import SentinelDaemon

/// Access logs: who of the labelled addresses the rules for access logs flag, beside the base rules. Crawlers and tools
/// are neither attackers nor honest; they stand apart by their label.
enum LogSection: Section {
    static let name = "logs"

    static func tables(of data: DataFolder) throws -> [Table] {
        var tables: [Table] = []
        for folder in data.files(in: "logs", suffixes: []) {
            let names = data.files(in: folder, suffixes: ["access.log", "access.log.gz"])
            guard let log = names.first, data.files(in: folder, suffixes: ["labels.csv"]).count == 1 else { continue }
            tables.append(try table(folder, log: "\(data.path)/\(log)", labels: "\(data.path)/\(folder)/labels.csv"))
        }
        return tables
    }

    private static func table(_ title: String, log: String, labels: String) throws -> Table {
        let labels = try LabelFile.read(labels)
        let events = try SortedRecording([try RecordingReader(path: log, format: .accessLog)]).events
        var counts = Policy.accessLogs.rules.compactMap { WindowCount($0) }
        let prefix = Policy.standard.subjectPrefix6
        var flags: [Subject: Set<String>] = [:]
        var base = BaseRules()
        var labelOf: [Subject: String] = [:]
        for event in events {
            guard let address = event.ip.flatMap({ try? IPAddress(parsing: $0) }) else { continue }
            labelOf[Subject(of: address)] = labels.label(of: event) ?? "unknown"
            base.judge(event)
        }
        let clock = ContinuousClock()
        let time = clock.measure {
            for event in events {
                for place in counts.indices {
                    if let subject = counts[place].add(event, prefix6: prefix) {
                        flags[subject, default: []].insert(counts[place].rule.id)
                    }
                }
            }
        }
        let rules = counts.map(\.rule.id)
        var table = Table("Access log \(title)", columns: ["who", "addresses", "flagged", "share", "base"] + rules)
        for label in Set(labelOf.values).sorted() {
            let subjects = labelOf.filter { $0.value == label }.keys
            let flagged = subjects.count { flags[$0] != nil }
            table.rows.append(
                [
                    .text(label), .count(subjects.count), .count(flagged),
                    .share(Double(flagged) / Double(max(1, subjects.count))),
                    .count(subjects.count { base.flags[$0.bytes] != nil }),
                ] + rules.map { rule in .count(subjects.count { flags[$0]?.contains(rule) ?? false }) })
        }
        let microseconds = Double(time.components.attoseconds) / 1e12 + Double(time.components.seconds) * 1e6
        table.notes.append(
            "\(events.count) requests, \((microseconds / Double(max(1, events.count))).hundredths) µs each (exact windows)"
        )
        return table
    }
}
