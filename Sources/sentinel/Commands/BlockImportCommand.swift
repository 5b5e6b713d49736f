import SentinelCore
import SentinelDaemon
import SentinelEngine

/// Blocks everybody on a list.
struct BlockImportCommand: Command {
    static let name = "block import"
    static let abstract = "Block everybody on a list"
    static let discussion = """
        A list is plain (an address or network a line; # begins a comment), CSV with a header (subject, and any of until, duration_ms, action, reason, note), or one JSON object a line with the same names. At most 100,000 lines; those that are wrong, or on the allow list, are told and do not hold up the others (exit code 1).
        """
    static let examples = [
        Example("A list of addresses, for a week", "sentinel block import drop.txt --duration 7d --reason ABUSE"),
        Example("What another Sentinel exported", "sentinel block import blocks.csv"),
        Example("From a program", "fetch-list | sentinel block import - --format plain"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("file", \.file, .file, "the list; - is stdin"),
        .option(
            "format", nil, \.format, .choice("format"), "plain, csv or jsonl (default: by the file's name, else plain)"),
        .option("duration", "d", \.duration, .term, "where a line has none: 90s, 10m, 4h, 7d, permanent"),
        .option("action", "t", \.action, .choice("action"), "where a line has none: block, challenge or throttle"),
        .option("reason", "R", \.reason, .choice("reason"), "where a line has none"),
        .note(\.note, "where a line has none"),
        .by(\.by),
    ]

    var file = ""
    var format: BlockListFormat?
    var duration = Term.permanent
    var action = Block.Action.block
    var reason = Block.Reason.manual
    var note: String?
    var by: String?

    /// Blocks between two looks at the progress.
    private static let piece = 1000
    private static let shownProblems = 20

    private static let columns: [Column<BlockImport>] = [
        Column("added") { .int(Int64($0.added)) },
        Column("changed") { .int(Int64($0.changed)) },
        Column("failed") { .int(Int64($0.problems.count)) },
        Column("problems", absent: "none") { .list($0.problems.prefix(100).map { "line \($0.line): \($0.message)" }) },
    ]

    func validate() throws(ValueProblem) {
        try duration.validate()
    }

    func run(_ context: Context) async throws -> ExitCode {
        let list = try read()
        var defaults = BlockDefaults()
        defaults.duration = duration.duration?.milliseconds
        defaults.action = action
        defaults.reason = reason
        defaults.note = note
        var outcome = BlockImport()
        outcome.problems = list.problems
        try await context.withOperations { operations in
            var done = 0
            for start in stride(from: 0, to: list.wishes.count, by: Self.piece) {
                let piece = Array(list.wishes[start..<min(start + Self.piece, list.wishes.count)])
                outcome.add(try await operations.importBlocks(piece, defaults, by: context.admin(by)))
                done += piece.count
                if list.wishes.count > Self.piece { context.notice("\(done) of \(list.wishes.count)") }
            }
        }
        outcome.problems.sort { $0.line < $1.line }
        try context.output.say("\(outcome.added) added, \(outcome.changed) changed, \(outcome.problems.count) failed")
        if context.output.format != .human { try context.output.one(outcome, Self.columns) }
        try context.output.flush()
        for problem in outcome.problems.prefix(Self.shownProblems) {
            context.notice("line \(problem.line): \(SafeText.escape(problem.message))")
        }
        if outcome.problems.count > Self.shownProblems { context.notice("and more") }
        return outcome.problems.isEmpty ? .ok : .failure
    }

    private func read() throws -> BlockListReader {
        do throws(EventError) {
            return try BlockListFile.read(file, format)
        } catch {
            throw Failure(.usage, "\(quoted(file)): \(error)")
        }
    }
}
