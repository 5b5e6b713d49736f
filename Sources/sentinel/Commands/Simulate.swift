import SentinelCore

/// Invents a community with known abusers in it.
struct Simulate: Command {
    static let name = "simulate"
    static let abstract = "Invent a community with known abusers, as JSON lines"
    static let discussion = """
        Each event carries a label that says who made it: `honest`, or the rule that its abuser breaks. The same seed and start give the same events.
        """
    static let examples = [
        Example("Look at some events", "sentinel simulate --limit 20"),
        Example("See what the rules find in them", "sentinel simulate --people 500 --span 3d | sentinel replay -"),
        Example("The same community again", "sentinel simulate --seed 42 --start 2026-01-01 > community.jsonl"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("people", "u", \.people, .int(SimulationParameters.peopleRange), "how many honest people"),
        .option("abusers", nil, \.abusers, .int(SimulationParameters.abusersRange), "how many abusers of each kind"),
        .option("span", nil, \.span, .duration, "how long the story lasts, 1h to 366d"),
        .option("start", nil, \.start, .time, "when it begins; default: so that it ends now"),
        .option("seed", nil, \.seed, .int(0...Int.max), "another number is another story; default: the time"),
        .option("limit", "l", \.limit, .int(1...Int.max), "stop after so many events"),
    ]

    var people = 200
    var abusers = 2
    var span = Duration.seconds(86_400)
    var start: TimePoint?
    var seed: Int?
    var limit: Int?

    func run(_ context: Context) async throws -> ExitCode {
        let now = context.now
        let parameters: SimulationParameters
        do {
            parameters = try SimulationParameters(
                start: Timestamp(milliseconds: start?.milliseconds(now: now) ?? now - span.milliseconds),
                people: people, period: span, abusersPerKind: abusers, seed: UInt64(seed ?? Int(now)))
        } catch {
            throw Failure(.usage, error.description)
        }
        var json = JSONWriter(reserving: 65_536)
        for event in Simulation(parameters).prefix(limit ?? .max) {
            event.appendJSONLine(to: &json)
            if json.bytes.count > 60_000 { try write(&json, context) }
            try Task.checkCancellation()
        }
        try write(&json, context)
        return .ok
    }

    private func write(_ json: inout JSONWriter, _ context: Context) throws {
        try context.output.write(String(decoding: json.bytes, as: UTF8.self))
        json.removeAll()
    }
}
