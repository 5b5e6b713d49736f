import Testing

@testable import sentinel

struct CompletionTests {
    private static func isInstalled(_ shell: String) -> Bool {
        (try? Subprocess.run(shell, ["-c", "exit 0"], environment: ["PATH": "/usr/bin:/bin:/usr/local/bin"]))?.code == 0
    }

    @Test(arguments: Shell.allCases.filter { isInstalled($0.rawValue) })
    func `installed shells accept the script`(shell: Shell) throws {
        let result = try Subprocess.run(
            shell.rawValue, ["-n"], environment: ["PATH": "/usr/bin:/bin:/usr/local/bin"],
            input: shell.completions(for: .all))
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors == "")
    }

    @Test(arguments: [
        (["bl"], ["block"]),
        (["block", ""], ["add", "rm", "change", "ls", "history", "import", "export"]),
        (["-o", "json", "incident", "s"], ["show"]),
        (["block", "add", "-t", ""], ["block", "challenge", "throttle"]),
        (["block", "add", "--action", "=", "ch"], ["challenge"]),
        (["block", "add", "--dur"], ["--duration"]),
        (["block", "add", "--note", ""], []),
        (["-o", ""], ["human", "json", "raw"]),
        (["block", "ls", "-o", "j"], ["json"]),
        (["completion", "z"], ["zsh"]),
        (["block", "add", "x"], []),
    ])
    func `bash offers what may come next`(words: [String], offers: [String]) throws {
        let typed = (["sentinel"] + words).map(shellQuoted).joined(separator: " ")
        let script =
            Shell.bash.completions(for: .all)
            + "\nCOMP_WORDS=(\(typed)); COMP_CWORD=\(words.count); _sentinel; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
        let result = try Subprocess.run("bash", ["-s"], environment: ["PATH": "/usr/bin:/bin"], input: script)
        #expect(result.errors == "")
        #expect(result.output.split(separator: "\n").map(String.init) == offers)
    }

    @Test(arguments: Shell.allCases)
    func `every command and option is in the script`(shell: Shell) {
        let script = shell.completions(for: .all)
        for command in Catalog.all.commands {
            for word in command.name.split(separator: " ") { #expect(script.contains(word), "\(command.name)") }
            for spec in command.specs where !spec.isArgument {
                let option = shell == .fish ? "-l \(spec.name)" : "--\(spec.name)"
                #expect(script.contains(option), "\(command.name)")
            }
        }
    }
}
