/// What a command line asks for.
enum Invocation: Sendable {
    /// Print this and end well.
    case help(String)
    /// `--version`.
    case version
    case run(any Command, GlobalOptions)
}
