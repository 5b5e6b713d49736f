import Testing

@testable import SentinelCore

/// How the interval detectors do on labelled recordings of bots and people.
@Suite(.enabled(if: RecordedData.folder != nil, "SENTINEL_DATA names no folder with recordings"))
struct RecordedCadenceTests {
    /// For each kind of actor of a source: how many there are with ten events or more, and how many were ever flagged.
    private func tally(_ source: String) throws -> [String: (actors: Int, cadence: Int, rhythm: Int)] {
        var random = SplitMix(seed: 10)
        let kinds = try RecordedData.kindsOfActors()
        var times: [[UInt8]: [Int64]] = [:]
        var labels: [[UInt8]: String] = [:]
        for row in try RecordedData.rows("cadence/\(source).csv.gz", columns: 4) {
            guard let seconds = Double(row[2].text) else { continue }
            // This source has whole minutes only, which would make clocks of people.
            let blur = source == "irc_raku" ? Int64.random(in: 0..<60_000, using: &random) : 0
            times[row[0], default: []].append(Int64(seconds * 1000) + blur)
            labels[row[0]] = kinds[row[0]] ?? row[1].text
        }
        var tally: [String: (actors: Int, cadence: Int, rhythm: Int)] = [:]
        for (actor, all) in times where all.count >= 10 {
            var history = PostHistory()
            var isClock = false
            var hasRhythm = false
            for (index, time) in all.sorted().enumerated() {
                history.append(at: time)
                // Twenty posts overlap with the twenty before by nineteen: every fifth view is looked at.
                guard index % 5 == 4 else { continue }
                isClock = isClock || Cadence().finding(in: history) != nil
                hasRhythm = hasRhythm || MachineRhythm().finding(in: history) != nil
            }
            tally[labels[actor, default: "?"], default: (0, 0, 0)].actors += 1
            if isClock { tally[labels[actor, default: "?"]]?.cadence += 1 }
            if hasRhythm { tally[labels[actor, default: "?"]]?.rhythm += 1 }
        }
        for (kind, count) in tally.sorted(by: { $0.key < $1.key }) {
            print(
                "\(source), \(kind): of \(count.actors) actors ever flagged by cadence \(count.cadence), rhythm \(count.rhythm)"
            )
        }
        return tally
    }

    @Test func `people are hardly ever flagged`() throws {
        var people = (actors: 0, cadence: 0, rhythm: 0)
        for source in ["git_projects", "irc_qtox", "irc_raku"] {
            let human = try #require(try tally(source)["human"])
            people.actors += human.actors
            people.cadence += human.cadence
            people.rhythm += human.rhythm
        }
        #expect(people.actors > 900)
        #expect(people.cadence * 1_000 <= people.actors)
        #expect(people.rhythm * 100 <= people.actors)
    }

    @Test func `scheduled bots are found by their cadence, most by their rhythm`() throws {
        let tally = try tally("git_scrapers")
        let scheduled = try #require(tally["scheduled"])
        #expect(scheduled.cadence * 100 >= scheduled.actors * 40)
        #expect(scheduled.rhythm * 100 >= scheduled.actors * 85)
        #expect(tally["human"].map { $0.cadence + $0.rhythm } == 0)
    }
}

extension RecordedData {
    /// What kind of bot, or of person, an actor of the cadence recordings is.
    fileprivate static func kindsOfActors() throws -> [[UInt8]: String] {
        let rows = try rows("cadence/actors.csv", columns: 3)
        return Dictionary(rows.map { ($0[0], $0[2].text) }) { first, _ in first }
    }
}
