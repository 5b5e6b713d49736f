/// Prints a shell completion script.
struct CompletionCommand: Command {
    static let name = "completion"
    static let abstract = "Print a completion script for your shell"
    static let examples = [
        Example("For this bash", "source <(sentinel completion bash)"),
        Example("For every zsh", "sentinel completion zsh > ~/.zfunc/_sentinel"),
        Example("For every fish", "sentinel completion fish > ~/.config/fish/completions/sentinel.fish"),
    ]
    static let parameters: [Parameter<Self>] = [
        .argument("shell", \.shell, .choice("shell"), "bash, zsh or fish")
    ]

    var shell = Shell.bash

    func run(_ context: Context) async throws -> ExitCode {
        try context.output.write(shell.completions(for: .all))
        return .ok
    }
}
