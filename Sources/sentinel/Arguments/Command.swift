/// One `sentinel noun verb`: what it is called, what it takes, and what it does.
///
/// A command is a struct. Its stored properties are its arguments and options (the initial values are the defaults that
/// help shows), `parameters` binds them to words of the command line, and `run` reads them as ordinary properties.
protocol Command: Parsable {
    /// The words that call it, one or two: `up`, `block add`.
    static var name: String { get }
    /// One line without a full stop, for lists and as the first line of the help.
    static var abstract: String { get }
    /// What is worth knowing beyond the options. Paragraphs are parted by an empty line; may be empty.
    static var discussion: String { get }
    /// Two to four command lines that people can copy.
    static var examples: [Example] { get }
    /// Positional arguments (in order) and options.
    static var parameters: [Parameter<Self>] { get }

    /// Checks what single values cannot show (options that exclude each other, "one of" …).
    func validate() throws(ValueProblem)

    /// Does the work. Cancelled on the first SIGINT or SIGTERM; a `CancellationError` thrown then is no failure message.
    /// Everything else that is thrown is mapped by ``Failure/init(mapping:)``.
    func run(_ context: Context) async throws -> ExitCode
}

extension Command {
    static var discussion: String { "" }
    static var parameters: [Parameter<Self>] { [] }
    static var specs: [ParameterSpec] { parameters.map(\.spec) }

    func validate() throws(ValueProblem) {}
}

/// A command line that shows how a command is used, with what it does in words.
struct Example: Sendable {
    let purpose: String
    let line: String

    init(_ purpose: String, _ line: String) {
        self.purpose = purpose
        self.line = line
    }
}
