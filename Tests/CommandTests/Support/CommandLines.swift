@testable import sentinel

/// Reads a command line against the real catalog.
func parse(_ words: String..., environment: [String: String] = [:]) throws(UsageProblem) -> Invocation {
    try CommandParser(catalog: .all, environment: environment).parse(words)
}

/// The command and global options that a line gives, if it names a command of that type.
func read<C: Command>(
    _ type: C.Type, _ words: String..., environment: [String: String] = [:]
) throws -> (command: C, globals: GlobalOptions)? {
    let invocation = try CommandParser(catalog: .all, environment: environment).parse(words)
    guard case .run(let command, let globals) = invocation, let command = command as? C else { return nil }
    return (command, globals)
}

/// The message of the usage problem that a line has; nil if it has none.
func problem(_ words: String..., environment: [String: String] = [:]) -> UsageProblem? {
    do throws(UsageProblem) {
        _ = try CommandParser(catalog: .all, environment: environment).parse(words)
        return nil
    } catch {
        return error
    }
}
