/// Prints the program's version.
struct Version: Command {
    static let name = "version"
    static let abstract = "Print the version"
    static let examples = [
        Example("For people", "sentinel version"),
        Example("For programs", "sentinel version -o json"),
    ]

    private static let columns = [Column<String>("version") { .string($0) }]

    func run(_ context: Context) async throws -> ExitCode {
        if context.output.format == .human {
            try context.output.line("sentinel \(Program.version)")
        } else {
            try context.output.one(Program.version, Self.columns)
        }
        return .ok
    }
}
