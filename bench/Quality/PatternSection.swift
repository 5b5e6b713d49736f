import Glibc
import SentinelCore

/// The built-in pattern list on prompts with labels: files of `text/` with `label` and `text` whose labels are `benign`,
/// `jailbreak`, and `attack…`; and on ordinary texts with labels `ham` or `spam`, where nothing should be found.
enum PatternSection: Section {
    static let name = "patterns"

    static func tables(of data: DataFolder) throws -> [Table] {
        var tables: [Table] = []
        for file in data.files(in: "text") {
            let csv = try data.rows(of: file)
            guard let label = csv.place(of: "label"), let text = csv.place(of: "text") else { continue }
            let rows = csv.rows.filter { $0.count > max(label, text) }
            let labels = Set(rows.map { String(decoding: $0[label], as: UTF8.self) })
            let hasAttacks = labels.contains { isAttack($0) }
            guard hasAttacks || !labels.isDisjoint(with: ["ham", "spam"]) else { continue }
            tables.append(table(file, rows.map { (String(decoding: $0[label], as: UTF8.self), $0[text]) }))
        }
        return tables
    }

    private static func isAttack(_ label: String) -> Bool { label == "jailbreak" || label.hasPrefix("attack") }

    /// Found and all texts of a label.
    private struct Tally {
        var found = 0
        var all = 0
        var share: Double? { all == 0 ? nil : Double(found) / Double(all) }
    }

    private static func table(_ file: String, _ rows: [(label: String, text: [UInt8])]) -> Table {
        let detector = Pattern()
        let matcher = detector.makeMatcher()
        var tallies: [String: Tally] = [:]
        var halves: [String: [Tally]] = [:]
        var bytes = 0
        let short = rows.filter { $0.text.count <= shortLength }
        let shortTime = processorTime { for row in short { _ = detector.finding(of: row.text, with: matcher) } }
        for (label, text) in rows {
            let isFound = detector.finding(of: text, with: matcher) != nil
            bytes += min(text.count, 4096)
            let group = isAttack(label) ? "all attacks" : label
            for name in Set([label, group]) {
                tallies[name, default: Tally()].all += 1
                if isFound { tallies[name]?.found += 1 }
                let half = Int(StableHash.of(text) & 1)
                halves[name, default: [Tally(), Tally()]][half].all += 1
                if isFound { halves[name]?[half].found += 1 }
            }
        }
        var table = Table("Patterns: \(file)", columns: ["label", "texts", "found", "share", "half 0", "half 1"])
        for (label, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            table.rows.append([
                .text(label), .count(tally.all), .count(tally.found), .share(tally.share),
                .share(halves[label]?[0].share), .share(halves[label]?[1].share),
            ])
        }
        let all = processorTime { for row in rows { _ = detector.finding(of: row.text, with: matcher) } }
        table.notes = [
            "\(matcher.list.count) expressions in \(matcher.list.families.count) families; "
                + "given up on \(matcher.exceededTotal) times",
            "processor time a text: \(shown(all, rows.count)) µs at a mean of \(bytes / max(1, rows.count)) bytes; "
                + "\(shown(shortTime, short.count)) µs where it has at most \(shortLength) bytes",
        ]
        return table
    }

    private static let shortLength = 150

    /// Seconds of this thread: other programs on the machine do not count.
    private static func processorTime(_ body: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        body()
        return now() - start
    }

    private static func shown(_ seconds: Double, _ count: Int) -> Double {
        (seconds / Double(max(1, count)) * 1e8).rounded() / 100
    }
}
