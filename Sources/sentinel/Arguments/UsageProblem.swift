/// A command line that cannot be carried out. Always ends with exit code 2.
struct UsageProblem: Error, Equatable {
    /// Names the word and what would be right.
    let message: String
    /// The command (or group) whose help explains it; empty for the program itself.
    let command: String

    init(_ message: String, in command: String = "") {
        self.message = message
        self.command = command
    }

    /// The line that says where the right usage is written.
    var hint: String {
        command.isEmpty ? "See 'sentinel -h'." : "See 'sentinel \(command) -h'."
    }
}
