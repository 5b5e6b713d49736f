/// How results are written (`-o`).
enum OutputFormat: String, CaseIterable, Sendable {
    /// Tables and sentences for people.
    case human
    /// An array of objects, or one object (RFC 8259).
    case json
    /// CSV with a header line (RFC 4180).
    case raw
}

/// When colours are used (`--color`).
enum ColourChoice: String, CaseIterable, Sendable {
    /// On a terminal, unless `NO_COLOR` is set.
    case auto
    case always
    case never

    /// Whether to write colours to that terminal. An explicit `--color` goes before the variable, as
    /// <https://no-color.org> asks.
    func allowsColours(on terminal: Terminal, environment: [String: String]) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto:
            terminal.isInteractive && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        }
    }
}
