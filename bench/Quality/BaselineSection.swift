import SentinelCore

/// Honest people of the files in `cadence/` that `baseline_deviation` would flag. Rows are grouped by the column `actor`;
/// people are those that `actors.csv` calls human, or all where there is none. There are no addresses in these files, so
/// a person needs both an unusual hour and an unusual rate.
enum BaselineSection: Section {
    static let name = "baselines"

    private struct Tally {
        var events = 0
        var judged = 0
        var people = 0
        var flagged: [String: Int] = [:]
        var flaggedHours: [String: Int] = [:]
        var hours = 0
        var bytes = 0
        var time = Duration.zero
    }

    static func tables(of data: DataFolder) throws -> [Table] {
        var humans: Set<[UInt8]>?
        let files = data.files(in: "cadence")
        for file in files where file.hasSuffix("/actors.csv") || file.hasSuffix("/actors.csv.gz") {
            let csv = try data.rows(of: file)
            guard let actor = csv.place(of: "actor"), let label = csv.place(of: "label") else { continue }
            let human = Array("human".utf8)
            humans = Set(csv.rows.filter { $0.count > max(actor, label) && $0[label] == human }.map { $0[actor] })
        }
        var table = Table(
            "Baselines: honest people, shares of the people judged and of their active hours",
            columns: ["file", "people", "judged", "2 of 3", "hour", "rate", "hours 2 of 3", "hours hour", "hours rate"])
        var notes: [String] = []
        for file in files {
            let csv = try data.rows(of: file)
            guard let actor = csv.place(of: "actor"), let time = csv.place(of: "unix_time") else { continue }
            var times: [[UInt8]: [Int64]] = [:]
            for row in csv.rows where row.count > max(actor, time) {
                guard humans?.contains(row[actor]) ?? true else { continue }
                guard let seconds = Double(String(decoding: row[time], as: UTF8.self)), abs(seconds) < 1e11 else {
                    continue
                }
                times[row[actor], default: []].append(Int64(seconds * 1000))
            }
            guard !times.isEmpty else { continue }
            var tally = Tally()
            for events in times.values { judge(events.sorted(), &tally) }
            func share(_ count: Int?, of all: Int) -> Table.Cell {
                .share(all == 0 ? nil : Double(count ?? 0) / Double(all))
            }
            table.rows.append(
                [.text(file), .count(times.count), .count(tally.judged)]
                    + ["both", "hour", "rate"].map { share(tally.flagged[$0], of: tally.judged) }
                    + ["both", "hour", "rate"].map { share(tally.flaggedHours[$0], of: tally.hours) })
            let each = tally.time / .microseconds(1) / Double(max(1, tally.events))
            notes.append(
                "\(file): \((each * 100).rounded() / 100) µs an event, at most \(tally.bytes) bytes a person")
        }
        guard !table.rows.isEmpty else { return [] }
        table.notes = notes + ["judged: people with 50 active hours that still count, over 14 days or more"]
        return [table]
    }

    private static func judge(_ times: [Int64], _ tally: inout Tally) {
        let detector = BaselineDeviation()
        var single = BaselineDeviation.Parameters()
        single.deviations = 1
        let one = BaselineDeviation(single)
        var baseline = Baseline()
        var seen: Set<String> = []
        var isJudged = false
        var hour = Int64.min
        var inHour: Set<String> = []
        for time in times {
            var finding: Finding?
            tally.time += ContinuousClock().measure {
                baseline.append(at: time)
                finding = detector.finding(in: baseline)
            }
            tally.events += 1
            let parameters = detector.parameters
            guard baseline.weight >= parameters.minimumHours, baseline.days >= parameters.minimumDays else { continue }
            isJudged = true
            if time / 3_600_000 != hour {
                hour = time / 3_600_000
                tally.hours += 1
                inHour = []
            }
            var names: [String] = finding == nil ? [] : ["both"]
            if case .array(let deviations)? = one.finding(in: baseline)?.evidence["deviations"] {
                for case .string(let name) in deviations { names.append(name) }
            }
            for name in names where inHour.insert(name).inserted { tally.flaggedHours[name, default: 0] += 1 }
            seen.formUnion(names)
        }
        tally.bytes = max(tally.bytes, baseline.encoded().count)
        if isJudged { tally.judged += 1 }
        for name in seen { tally.flagged[name, default: 0] += 1 }
    }
}
