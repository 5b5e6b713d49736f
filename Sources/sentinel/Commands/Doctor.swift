/// Checks everything that must be right for Sentinel to work.
struct Doctor: Command {
    static let name = "doctor"
    static let abstract = "Check that everything is as it should be"
    static let discussion = """
        Says of each thing that is wrong what to do about it, and ends with 1 if anything is.
        """
    static let examples = [
        Example("Check the local Redis and policy", "sentinel doctor"),
        Example("Check another Redis", "sentinel doctor --redis redis://10.0.0.5:6379"),
    ]

    func run(_ context: Context) async throws -> ExitCode {
        throw Failure.notWired(Self.name)
    }
}
