import Glibc
import SentinelCore
import SentinelDaemon

/// What an event costs with all rules of the default policy: the pure path that a coordinator takes, from the log entry to
/// the flags, over recorded posts and access logs. Posts without an address get one by a hash of their author.
///
/// A part is what the same path takes less without the rules in question: normalising is not a rule's, so it is timed by
/// itself. All passes take turns, so that a change of the machine's load falls on each.
enum TimeSection: Section {
    static let name = "time"

    /// As many entries are looked at before they are judged, as the coordinator does.
    private static let batch = 500
    private static let passes = 5

    private enum Part: CaseIterable {
        case cadence, copies, patterns

        func isMeant(_ watch: Rule.Watch) -> Bool {
            switch (self, watch) {
            case (.cadence, .cadence), (.copies, .duplicate), (.patterns, .pattern): true
            default: false
            }
        }

        var policy: Policy {
            var policy = Policy.standard
            for place in policy.rules.indices { policy.rules[place].watches.removeAll(where: isMeant) }
            return policy
        }
    }

    static func tables(of data: DataFolder) throws -> [Table] {
        var table = Table(
            "Processor time per event, all rules of the default policy",
            columns: [
                "recording", "events", "text bytes", "all", "look", "patterns", "cadence", "copies", "rest",
                "base rules",
            ])
        table.notes = [
            "Medians of \(passes) passes, each from empty histories. Look: the letters of the text, its fingerprint, who it was.",
            "Copies: finding what the text resembles, and who posted that. Base rules: the plain thresholds, all of them.",
            machine,
        ]
        for path in try recordings(of: data) {
            let reader = try RecordingReader(
                path: "\(data.path)/\(path)", skipsBadRecords: true, defaultKind: "message")
            let events = try SortedRecording([reader]).events
            if events.count > 100 { table.rows.append(row(path, events)) }
        }
        return table.rows.isEmpty ? [] : [table]
    }

    private static func recordings(of data: DataFolder) throws -> [String] {
        let texts = try data.files(in: "text").filter {
            let columns = try CSVRows.columns(of: "\(data.path)/\($0)")
            return Set(["author", "unix_time", "text"]).isSubset(of: columns)
        }
        return texts
            + data.files(in: "logs", suffixes: []).compactMap {
                data.files(in: $0, suffixes: ["access.log", "access.log.gz"]).first
            }
    }

    private static func row(_ path: String, _ events: [Event]) -> [Table.Cell] {
        let entries = zip(1..., events).map { entry($1, number: $0) }
        let policies = Part.allCases.map(\.policy)
        var all: [Double] = []
        var looks: [Double] = []
        var base: [Double] = []
        var without: [[Double]] = policies.map { _ in [] }
        for _ in 0..<passes {
            let whole = time(entries, .standard)
            all.append(whole.look + whole.judge)
            looks.append(whole.look)
            for (place, policy) in policies.enumerated() {
                let rest = time(entries, policy)
                without[place].append(rest.look + rest.judge)
            }
            base.append(
                processorTime {
                    var rules = BaseRules()
                    for event in events { rules.judge(event) }
                })
        }
        func shown(_ seconds: Double) -> Table.Cell { .number(seconds / Double(events.count) * 1e6, "µs") }
        let parts = without.map { median(all) - median($0) }
        let bytes = events.reduce(0) { $0 + ($1.text?.count ?? 0) }
        return [
            .text(path), .count(events.count), .count(bytes / events.count), shown(median(all)), shown(median(looks)),
            shown(parts[Part.allCases.firstIndex(of: .patterns)!]),
            shown(parts[Part.allCases.firstIndex(of: .cadence)!]), shown(parts[Part.allCases.firstIndex(of: .copies)!]),
            shown(median(all) - median(looks) - parts.reduce(0, +)), shown(median(base)),
        ]
    }

    /// As Redis would log it.
    private static func entry(_ event: Event, number: UInt64) -> LogEntry {
        var logged = LogEntry.Logged(kind: event.kind)
        logged.user = event.user
        logged.ip = event.ip ?? event.user.map { address(of: $0) }
        logged.text = event.text
        logged.created = event.created
        return LogEntry(
            position: LogPosition(milliseconds: 1, sequence: number), at: event.at ?? 0, content: .event(logged))
    }

    private static func address(of user: [UInt8]) -> [UInt8] {
        Array(IPAddress(v4: UInt32(truncatingIfNeeded: StableHash.of(user))).description.utf8)
    }

    /// Seconds.
    private static func time(_ entries: [LogEntry], _ policy: Policy) -> (look: Double, judge: Double) {
        var desk = Desk(policy: policy)
        var time = (look: 0.0, judge: 0.0)
        var start = 0
        while start < entries.count {
            let end = min(start + batch, entries.count)
            var looks: [Detection.Look] = []
            time.look += processorTime { for entry in entries[start..<end] { looks.append(desk.look(at: entry)) } }
            time.judge += processorTime {
                var flags = FlagBatch()
                for look in looks { desk.judge(look, flags: &flags) }
            }
            start = end
        }
        return time
    }

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

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// Cores, processor, and how many programs wanted it in the last minute.
    private static var machine: String {
        var load = 0.0
        getloadavg(&load, 1)
        return "\(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, \(processor), load \((load * 10).rounded() / 10)"
    }

    private static var processor: String {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        let lines = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("model name") }
        return line.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "unknown processor"
    }
}
