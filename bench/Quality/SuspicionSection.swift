import Dispatch
import SentinelCore
import SentinelDaemon
import Synchronization

/// Whether a score means what it says: recordings with labels go through the whole system, and of those who reached a
/// score the share of abusers is counted.
///
/// Actors are parted in two halves by a hash of their name. Weights are chosen on the first; the second is what counts.
enum SuspicionSection: Section {
    static let name = "suspicion"

    /// Labels that are neither abuse nor honest people: they follow people, or say openly what they are.
    private static let apart: Set<String> = ["event", "announcer", "reactive", "crawler", "tool"]
    private static let bins = [0.05, 0.3, 0.5, 0.7, 0.8, 0.9]

    static func tables(of data: DataFolder) throws -> [Table] {
        var all: [ScoredActor] = []
        var sets = Table(
            "Suspicion by data set (highest score of each labelled actor)",
            columns: [
                "data", "abusers", "≥ 0.5", "≥ 0.9", "honest", "≥ 0.5", "≥ 0.9", "≥ 0.9 right",
            ])
        for recording in try recordings(of: data) {
            let actors = try Blocking.run { try await ScoredActor.replay(recording) }
                .filter { !apart.contains($0.label) && !($0.label == "bot" && recording.isText) }
            let abusers = actors.filter(\.isAbuser)
            let honest = actors.filter { !$0.isAbuser }
            // Without anybody honest there is nothing to be wrong about: weak labels, lists of attacks.
            if honest.isEmpty { continue }
            let high = actors.filter { $0.score >= 0.9 }
            sets.rows.append([
                .text(recording.name), .count(abusers.count), .count(abusers.count { $0.score >= 0.5 }),
                .count(abusers.count { $0.score >= 0.9 }), .count(honest.count),
                .count(honest.count { $0.score >= 0.5 }), .count(honest.count { $0.score >= 0.9 }),
                .share(share(of: high)),
            ])
            all += actors
        }
        if all.isEmpty { return [] }
        return [sets, calibration(all), rules(all)]
    }

    private static func share(of actors: [ScoredActor]) -> Double? {
        actors.isEmpty ? nil : Double(actors.count { $0.isAbuser }) / Double(actors.count)
    }

    private static func calibration(_ actors: [ScoredActor]) -> Table {
        var table = Table(
            "Suspicion: of those with this score, the share of abusers",
            columns: ["score", "first half", "abusers", "second half", "abusers"])
        for (place, from) in bins.enumerated() {
            let to = place + 1 < bins.count ? bins[place + 1] : 1.01
            let halves = [0, 1].map { half in
                actors.filter { $0.half == half && $0.score >= from && $0.score < to }
            }
            table.rows.append([
                .text(to > 1 ? "≥ \(from)" : "\(from) … \(to)"), .count(halves[0].count), .share(share(of: halves[0])),
                .count(halves[1].count), .share(share(of: halves[1])),
            ])
        }
        table.notes.append("\(actors.count { $0.isAbuser }) abusers, \(actors.count { !$0.isAbuser }) honest actors")
        return table
    }

    private static func rules(_ actors: [ScoredActor]) -> Table {
        var table = Table(
            "Suspicion: of those whom a rule flags, the share of abusers",
            columns: ["rule", "weight", "first half", "abusers", "second half", "abusers"])
        for rule in Policy.standard.rules where rule.mode == .enforce && !rule.watchesScore {
            let halves = [0, 1].map { half in actors.filter { $0.half == half && $0.rules.contains(rule.id) } }
            if halves.allSatisfy(\.isEmpty) { continue }
            table.rows.append([
                .text(rule.id), .number(rule.then.score ?? rule.severity.suspicion, ""), .count(halves[0].count),
                .share(share(of: halves[0])), .count(halves[1].count), .share(share(of: halves[1])),
            ])
        }
        return table
    }

    /// What is in a cadence file, whose rows do not say: page views and chats are named so, all else are contributions.
    private static func kind(of file: String) -> String? {
        let words = file.lowercased().split { !$0.isLetter }
        if words.contains("web") { return "read" }
        return words.contains("irc") || words.contains("chat") ? "message" : nil
    }

    /// Everything that has times and labels of actors: texts, cadence files, access logs.
    private static func recordings(of data: DataFolder) throws -> [Recording] {
        var recordings: [Recording] = []
        for file in data.files(in: "text") {
            let columns = try CSVRows.columns(of: "\(data.path)/\(file)")
            guard Set(["author", "unix_time", "label", "text"]).isSubset(of: columns) else { continue }
            recordings.append(
                Recording(name: file, path: "\(data.path)/\(file)", isText: true, tick: 60_000))
        }
        let kinds = try Kinds(of: data)
        for file in data.files(in: "cadence") {
            let columns = try CSVRows.columns(of: "\(data.path)/\(file)")
            guard Set(["actor", "unix_time", "label"]).isSubset(of: columns) else { continue }
            recordings.append(
                Recording(
                    name: file, path: "\(data.path)/\(file)", kind: kind(of: file), tick: kinds.tick(of: file),
                    labels: kinds.labels))
        }
        for folder in data.files(in: "logs", suffixes: []) {
            let logs = data.files(in: folder, suffixes: ["access.log", "access.log.gz"])
            guard let log = logs.first, !data.files(in: folder, suffixes: ["labels.csv"]).isEmpty else { continue }
            recordings.append(
                Recording(
                    name: log, path: "\(data.path)/\(log)",
                    labels: try LabelFile.read("\(data.path)/\(folder)/labels.csv")))
        }
        return recordings
    }
}

/// A recording that is replayed.
struct Recording: Sendable {
    var name: String
    var path: String
    var isText = false
    /// Of records that do not say theirs; nil: content.
    var kind: String?
    /// The recording's clock ticks only every so many ms; 0: exactly.
    var tick: Int64 = 0
    var labels: SubjectLabels?
}

/// What `cadence/actors.csv` says of the actors: finer labels, and how exact the times are.
private struct Kinds {
    var labels: SubjectLabels?
    private var coarse: Set<String> = []

    init(of data: DataFolder) throws {
        guard data.files(in: "cadence").contains("cadence/actors.csv") else { return }
        let rows = try data.rows(of: "cadence/actors.csv")
        guard let actor = rows.place(of: "actor"), let kind = rows.place(of: "kind"),
            let source = rows.place(of: "source"), let precision = rows.place(of: "precision")
        else { return }
        var text = Array("actor,label\n".utf8)
        for row in rows.rows {
            let name = String(decoding: row[actor], as: UTF8.self).split(
                separator: "\"", omittingEmptySubsequences: false)
            text += Array("\"\(name.joined(separator: "\"\""))\",".utf8) + row[kind] + Array("\n".utf8)
            if row[precision].elementsEqual("minute".utf8) {
                coarse.insert(String(decoding: row[source], as: UTF8.self))
            }
        }
        var labels = SubjectLabels()
        try labels.read(text)
        try labels.finish()
        self.labels = labels
    }

    func tick(of file: String) -> Int64 {
        coarse.contains { file.hasPrefix("cadence/\($0).") } ? 60_000 : 0
    }
}

/// Waits for asynchronous work on a thread that is nobody's event loop.
enum Blocking {
    private final class Box<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    static func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let box = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            box.result.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = box.result.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }
}
