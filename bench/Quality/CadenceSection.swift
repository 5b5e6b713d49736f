import SentinelCore

/// How well `Cadence` tells machines from people, by the times of what they did: CSV files in `cadence/` with the columns
/// `actor`, `label` and `unix_time`; `cadence/actors.csv` may say of an `actor` its `kind` and `precision`.
enum CadenceSection: Section {
    static let name = "cadence"

    static func tables(of data: DataFolder) throws -> [Table] {
        let actors = try ActorKinds(of: data)
        var tables: [Table] = []
        for file in data.files(in: "cadence") {
            let rows = try data.rows(of: file)
            guard rows.has("actor", "label", "unix_time") else { continue }
            tables.append(table(of: CadenceRecording(rows, kinds: actors), name: file))
        }
        return tables.isEmpty ? [] : tables + [SyntheticCadence.table(), SyntheticCadence.cost()]
    }

    private static func table(of recording: CadenceRecording, name: String) -> Table {
        var table = Table(
            "Cadence, \(name): share of windows flagged (mean over actors) and of actors ever flagged",
            columns: [
                "kind", "window", "actors", "windows", "ever", "base: windows", "base: ever", "windows judged",
            ])
        for kind in recording.kinds {
            for window in CadenceWindow.all {
                var tally = CadenceTally()
                for times in recording.actors(of: kind) { tally.add(window.judge(times)) }
                guard tally.actors > 0 else { continue }
                table.rows.append([
                    .text(kind), .text(window.name), .count(tally.actors), .share(tally.windows.mean),
                    .share(tally.ever.mean), .share(tally.baseWindows.mean), .share(tally.baseEver.mean),
                    .count(tally.judged),
                ])
            }
        }
        table.notes = [
            "window: so many events and no memory of others; all: judged at every event, as the coordinator does.",
            "base: CV below 0.1 of at least nine intervals of the last twenty events. Times in whole minutes are blurred.",
        ]
        return table
    }
}

/// What is said of the actors elsewhere.
struct ActorKinds {
    private(set) var kind: [[UInt8]: String] = [:]
    private(set) var wholeMinutes: Set<[UInt8]> = []

    init(of data: DataFolder) throws {
        for file in data.files(in: "cadence") {
            let rows = try data.rows(of: file)
            guard let actor = rows.place(of: "actor"), let kind = rows.place(of: "kind"), !rows.has("unix_time") else {
                continue
            }
            let precision = rows.place(of: "precision")
            for row in rows.rows where row.count == rows.columns.count {
                self.kind[row[actor]] = String(decoding: row[kind], as: UTF8.self)
                if let precision, row[precision].elementsEqual("minute".utf8) { wholeMinutes.insert(row[actor]) }
            }
        }
    }
}

/// The times of the actors of one file, in ms, by kind.
struct CadenceRecording {
    private var times: [String: [[UInt8]: [Int64]]] = [:]

    init(_ rows: CSVRows, kinds: ActorKinds) {
        guard let actor = rows.place(of: "actor"), let label = rows.place(of: "label"),
            let time = rows.place(of: "unix_time")
        else { return }
        var random = SeededGenerator(seed: 7)
        for row in rows.rows where row.count == rows.columns.count {
            guard let seconds = Double(String(decoding: row[time], as: UTF8.self)), abs(seconds) < 1e12 else {
                continue
            }
            let kind = kinds.kind[row[actor]] ?? String(decoding: row[label], as: UTF8.self)
            let blur = kinds.wholeMinutes.contains(row[actor]) ? Int64(random.index(below: 60_000)) : 0
            times[kind, default: [:]][row[actor], default: []].append(Int64(seconds * 1000) + blur)
        }
    }

    var kinds: [String] { times.keys.sorted() }

    func actors(of kind: String) -> [[Int64]] { times[kind, default: [:]].values.map { $0.sorted() } }
}

/// How much of an actor's past a judgement sees.
struct CadenceWindow {
    /// So many last events; nil: everything from the first on, as far as the detector remembers it.
    var events: Int?

    static let all = [CadenceWindow(events: 20), .init(events: 50), .init(events: 100), .init(events: nil)]

    var name: String { events.map { "\($0)" } ?? "all" }

    /// What was said of the windows of one actor.
    struct Outcome {
        var judged = 0
        var flagged = 0
        var flaggedByBase = 0
    }

    /// Every fifth to tenth of a window a new one is looked at.
    func judge(_ times: [Int64]) -> Outcome {
        var outcome = Outcome()
        if let events {
            guard times.count >= events else { return outcome }
            for end in stride(from: events, through: times.count, by: max(1, events / 10)) {
                var history = PostHistory()
                for time in times[end - events..<end] { history.append(at: time) }
                look(at: history, &outcome)
            }
        } else {
            var history = PostHistory()
            for (index, time) in times.enumerated() {
                history.append(at: time)
                if index >= 19 { look(at: history, &outcome) }
            }
        }
        return outcome
    }

    private func look(at history: PostHistory, _ outcome: inout Outcome) {
        outcome.judged += 1
        if Cadence().finding(in: history) != nil { outcome.flagged += 1 }
        if CadenceBaseRule.flags(history) { outcome.flaggedByBase += 1 }
    }
}

/// The plain threshold of the field: CV below 0.1 of at least nine intervals between occasions of the last twenty posts.
enum CadenceBaseRule {
    static func flags(_ history: PostHistory) -> Bool {
        var intervals: [Double] = []
        var first: Int64?
        var before: Int64?
        for post in history.posts {
            if let start = first, let last = before {
                if post.at - last > 2_000 {
                    intervals.append(Double(post.at - start))
                    first = post.at
                }
            } else {
                first = post.at
            }
            before = post.at
        }
        guard intervals.count >= 9 else { return false }
        let mean = intervals.reduce(0, +) / Double(intervals.count)
        let variance = intervals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(intervals.count)
        return variance.squareRoot() / mean < 0.1
    }
}

/// Outcomes of the actors of a kind.
struct CadenceTally {
    struct Share {
        private var sum = 0.0
        private var count = 0

        mutating func add(_ share: Double) {
            sum += share
            count += 1
        }

        var mean: Double? { count == 0 ? nil : sum / Double(count) }
    }

    private(set) var actors = 0
    private(set) var judged = 0
    private(set) var windows = Share()
    private(set) var ever = Share()
    private(set) var baseWindows = Share()
    private(set) var baseEver = Share()

    /// Actors with too few events for a window do not count.
    mutating func add(_ outcome: CadenceWindow.Outcome) {
        guard outcome.judged > 0 else { return }
        actors += 1
        judged += outcome.judged
        windows.add(Double(outcome.flagged) / Double(outcome.judged))
        ever.add(outcome.flagged > 0 ? 1 : 0)
        baseWindows.add(Double(outcome.flaggedByBase) / Double(outcome.judged))
        baseEver.add(outcome.flaggedByBase > 0 ? 1 : 0)
    }
}
