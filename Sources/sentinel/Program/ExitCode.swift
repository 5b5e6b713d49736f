/// What the program's end says to scripts. Part of the contract.
enum ExitCode: Int32, Sendable {
    /// Done; for `check` and `record`: allowed.
    case ok = 0
    case failure = 1
    /// A command line or a policy that cannot be right.
    case usage = 2
    /// `check` and `record`: blocked, challenged or over a limit.
    case blocked = 3
    case notFound = 4
    /// No answer from Redis or the server.
    case unreachable = 5
    /// Stopped by SIGINT before it was done (128 + 2, as shells count).
    case interrupted = 130
    /// Stopped by SIGTERM before it was done (128 + 15).
    case terminated = 143
}
