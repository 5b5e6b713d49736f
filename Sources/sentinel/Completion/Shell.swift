/// The shells that completions are made for.
enum Shell: String, CaseIterable, Sendable {
    case bash
    case zsh
    case fish

    /// The completion script for every command of the catalog, made from the commands' own declarations.
    func completions(for catalog: Catalog) -> String {
        switch self {
        case .bash: BashCompletion.script(catalog)
        case .zsh: ZshCompletion.script(catalog)
        case .fish: FishCompletion.script(catalog)
        }
    }
}

extension Catalog {
    /// Words that need a second one: `block`, `incident` …
    var nouns: [String] {
        firstWords.filter { !verbs(of: $0).isEmpty }
    }

    /// Every way to write an option that takes a value, in any command: the word after it is no command word.
    var valueOptions: [String] {
        var words: [String] = []
        for spec in GlobalOptions.specs + commands.flatMap({ $0.specs }) where spec.role == .option {
            for word in spec.words where !words.contains(word) { words.append(word) }
        }
        return words
    }
}

extension ParameterSpec {
    /// The option as typed: `-d`, `--duration`. Empty for arguments.
    var words: [String] {
        isArgument ? [] : (short.map { ["-\($0)"] } ?? []) + ["--\(name)"]
    }
}

/// A text between single quotes, for bash and zsh.
func shellQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
