import Glibc
import SentinelCore

/// Rhythms made up, of machines and of people: what `Cadence` finds by how irregular they are. Period: 300 s.
enum SyntheticCadence {
    /// Draws the next interval, in seconds; the number of the event comes with it.
    private typealias Draw = @Sendable (Int, inout SeededGenerator) -> Double

    private static let period = 300.0

    private static let rhythms: [(name: String, draw: Draw)] = [
        ("jitter ±10 %", { period * (0.9 + 0.2 * $1.unit()) }),
        ("jitter ±50 %", { period * (0.5 + $1.unit()) }),
        ("jitter ±80 %", { period * (0.2 + 1.6 * $1.unit()) }),
        ("normal, 40 %", { max(3, period * (1 + 0.4 * normal(&$1))) }),
        ("40 % of runs silent", { period * runs(silent: 0.4, &$1) + normal(&$1) }),
        ("70 % of runs silent", { period * runs(silent: 0.7, &$1) + normal(&$1) }),
        ("hourly bursts of three", { $0 % 3 == 0 ? 3598 + 5 * normal(&$1) : 1 }),
        ("people: exponential", { -period * log(1 - $1.unit()) }),
        ("people: log-normal, σ 1", { period * exp(normal(&$1)) }),
        ("people: log-normal, σ 2", { period * exp(2 * normal(&$1)) }),
        ("people: noon, give or take half an hour", { 86_400 * Double($0) + 1_800 * normal(&$1) }),
        (
            "people: noon but for weekends, give or take 20 min",
            { 86_400 * Double($0 / 5 * 7 + $0 % 5) + 1_200 * normal(&$1) }
        ),
        (
            "people: batches of 1 to 20, a second apart",
            { _, random in random.unit() < 0.1 ? 20_000 * exp(normal(&random)) : 1 }
        ),
        (
            "people: batches of half a dozen, most evenings",
            { _, random in
                random.unit() < 0.16
                    ? max(600, 86_400 * (1 + (random.unit() * 2).rounded(.down)) + 5_400 * normal(&random)) : 1
            }
        ),
        (
            "people: conversations",
            { _, random in random.unit() < 0.1 ? 20_000 * exp(normal(&random)) : 20 * exp(normal(&random)) }
        ),
    ]

    static func table() -> Table {
        var table = Table(
            "Cadence, made-up rhythms: share flagged of \(runs) runs",
            columns: ["rhythm", "20 events", "50 events", "100 events", "base at 100"])
        for (name, draw) in rhythms {
            var shares: [Table.Cell] = []
            for events in [20, 50, 100] {
                var random = SeededGenerator(seed: UInt64(events))
                var flagged = (new: 0, base: 0)
                for _ in 0..<runs {
                    let history = history(of: events, at: name.contains("noon"), draw, &random)
                    if Cadence().finding(in: history) != nil { flagged.new += 1 }
                    if CadenceBaseRule.flags(history) { flagged.base += 1 }
                }
                shares.append(.share(Double(flagged.new) / Double(runs)))
                if events == 100 { shares.append(.share(Double(flagged.base) / Double(runs))) }
            }
            table.rows.append([.text(name)] + shares)
        }
        return table
    }

    /// What one event costs: taking it in and judging, with a full memory.
    static func cost() -> Table {
        var random = SeededGenerator(seed: 3)
        var history = PostHistory()
        var time: Int64 = 1_700_000_000_000
        let events = 200_000
        let steps = (0..<events).map { _ in Int64(1000 * period * exp(normal(&random))) }
        for step in steps.prefix(200) {
            time += step
            history.append(at: time)
        }
        var found = 0
        let start = clock()
        for step in steps {
            time += step
            history.append(at: time)
            if Cadence().finding(in: history) != nil { found += 1 }
        }
        let microseconds = Double(clock() - start) / Double(events)
        var table = Table("Cadence, cost", columns: ["what", "measured"])
        table.rows = [
            [.text("processor time per event"), .number(microseconds, "µs")],
            [.text("bytes of a full history, without texts"), .count(history.encoded().count)],
            [.text("flagged of \(events) log-normal intervals"), .count(found)],
        ]
        return table
    }

    private static let runs = 500

    /// - Parameter isAbsolute: whether the draws are times rather than intervals.
    private static func history(
        of events: Int, at isAbsolute: Bool, _ draw: Draw, _ random: inout SeededGenerator
    ) -> PostHistory {
        var history = PostHistory()
        let start = 1_600_000_000 + random.unit() * 1e7
        var time = start
        for number in 0..<events {
            let drawn = draw(number, &random)
            time = isAbsolute ? start + drawn : time + drawn
            history.append(at: Int64(time * 1000))
        }
        return history
    }

    /// How many runs it takes until one has something to say.
    private static func runs(silent: Double, _ random: inout SeededGenerator) -> Double {
        var runs = 1.0
        while random.unit() < silent { runs += 1 }
        return runs
    }

    /// Box and Muller's: mean 0, deviation 1.
    private static func normal(_ random: inout SeededGenerator) -> Double {
        (-2 * log(1 - random.unit())).squareRoot() * cos(2 * .pi * random.unit())
    }
}
