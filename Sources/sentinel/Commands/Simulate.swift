/// Invents a community with known abusers in it.
struct Simulate: Command {
    static let name = "simulate"
    static let abstract = "Invent a community with known abusers, as JSON lines"
    static let discussion = """
        Each event carries a label that says who made it, so that the rules can be scored. The same seed gives the same events.
        """
    static let examples = [
        Example("Look at some events", "sentinel simulate --limit 20"),
        Example(
            "See what the rules find in them", "sentinel simulate --users 500 --span 3d | sentinel replay - --report"),
        Example("The same community again", "sentinel simulate --seed 42 > community.jsonl"),
    ]
    static let parameters: [Parameter<Self>] = [
        .option("users", "u", \.users, .int(1...1_000_000), "how many people, abusers included"),
        .option("span", nil, \.span, .duration, "how long the story lasts"),
        .option("start", nil, \.start, .time, "when it begins; default: so that it ends now"),
        .option("seed", nil, \.seed, .int(0...Int.max), "another number is another story"),
        .option("limit", "l", \.limit, .int(1...Int.max), "stop after so many events"),
    ]

    var users = 200
    var span = Duration.seconds(86_400)
    var start: TimePoint?
    var seed = 1
    var limit: Int?

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
