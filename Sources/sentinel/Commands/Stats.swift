/// Prints what the system counted.
struct Stats: Command {
    static let name = "stats"
    static let abstract = "Print what was counted"
    static let examples = [
        Example("At a glance", "sentinel stats"),
        Example("For a monitor", "sentinel stats -o json"),
    ]

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
