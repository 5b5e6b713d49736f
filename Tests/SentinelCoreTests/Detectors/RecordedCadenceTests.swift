import Testing

@testable import SentinelCore

/// How `Cadence` does on labelled recordings of bots and people, as the coordinator calls it: judged at every event.
@Suite(.enabled(if: RecordedData.folder != nil, "SENTINEL_DATA names no folder with recordings"))
struct RecordedCadenceTests {
    private struct Tally {
        var actors = 0
        /// The mean over the actors of the share of their events at which they were flagged.
        var flagged = 0.0
        var everFlagged = 0
    }

    private static let scrapers = Result { try tally("git_scrapers") }

    /// For each kind of actor of a source: those with fifty events or more.
    private static func tally(_ source: String) throws -> [String: Tally] {
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
        var tally: [String: Tally] = [:]
        for (actor, all) in times where all.count >= 50 {
            var history = PostHistory()
            var judged = 0
            var flagged = 0
            for (index, time) in all.sorted().enumerated() {
                history.append(at: time)
                // Views overlap: every fifth is looked at.
                guard index >= 49, index % 5 == 4 else { continue }
                judged += 1
                if Cadence().finding(in: history) != nil { flagged += 1 }
            }
            tally[labels[actor, default: "?"], default: Tally()].actors += 1
            tally[labels[actor, default: "?"]]?.flagged += Double(flagged) / Double(judged)
            if flagged > 0 { tally[labels[actor, default: "?"]]?.everFlagged += 1 }
        }
        return tally
    }

    @Test func `people are hardly ever flagged`() throws {
        var people = Tally()
        for source in ["git_projects", "irc_qtox", "irc_raku", nil] {
            let tally = try source.map(Self.tally) ?? Self.scrapers.get()
            let human = try #require(tally["human"])
            people.actors += human.actors
            people.flagged += human.flagged
            people.everFlagged += human.everFlagged
        }
        #expect(people.actors > 800)
        #expect(people.flagged * 1_000 <= Double(people.actors))
        #expect(people.everFlagged * 200 <= people.actors)
    }

    @Test func `scheduled bots are found at most of their events, nearly all at some`() throws {
        let scheduled = try #require(try Self.scrapers.get()["scheduled"])
        #expect(scheduled.flagged >= 0.88 * Double(scheduled.actors))
        #expect(Double(scheduled.everFlagged) >= 0.95 * Double(scheduled.actors))
    }
}

extension RecordedData {
    /// What kind of bot, or of person, an actor of the cadence recordings is.
    fileprivate static func kindsOfActors() throws -> [[UInt8]: String] {
        let rows = try rows("cadence/actors.csv", columns: 3)
        return Dictionary(rows.map { ($0[0], $0[2].text) }) { first, _ in first }
    }
}
