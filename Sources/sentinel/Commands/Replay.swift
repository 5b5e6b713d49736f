/// Feeds recorded events with their own timestamps.
struct Replay: Command {
    static let name = "replay"
    static let abstract = "Feed recorded events and see what would happen"
    static let discussion = """
        Without --live nothing of yours is touched: the events go into a namespace that is removed at the end.
        """
    static let examples = [
        Example("What would the policy have done to yesterday's log?", "sentinel replay access.log.1.gz"),
        Example("Score a policy against labelled events", "sentinel replay events.jsonl --policy strict.yaml --report"),
        Example("A made-up community into the running system", "sentinel simulate | sentinel replay - --live"),
    ]
    static let parameters: [Parameter<Self>] = [
        .flag("live", nil, \.live, "into the real namespace instead of a scratch one"),
        .flag("report", nil, \.report, "score the flags against the labels of the events"),
        .option("format", "f", \.format, .choice("format"), "auto, jsonl, csv or access (nginx, Apache)"),
        .option("policy", "p", \.policy, .file, "try this policy (YAML)"),
        .option("limit", "l", \.limit, .int(1...Int.max), "stop after so many events"),
        .arguments("file", \.files, .file, "JSON lines, CSV or access logs, also .gz; - is stdin"),
    ]

    var files: [String] = []
    var live = false
    var report = false
    var format = Format.auto
    var policy: String?
    var limit: Int?

    /// How the recording is written.
    enum Format: String, CaseIterable, Sendable {
        /// By the name and the first line.
        case auto
        case jsonl
        case csv
        case access
    }

    func validate() throws(ValueProblem) {
        if live, policy != nil { throw ValueProblem("--policy is for trials; with --live the policy in Redis holds") }
    }

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
