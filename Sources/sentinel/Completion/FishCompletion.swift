/// Completion for fish, with descriptions.
enum FishCompletion {
    static func script(_ catalog: Catalog) -> String {
        var lines = [
            """
            # fish completion for sentinel, made by: sentinel completion fish
            function __sentinel_command
                set -l command
                set -l skip 0
                for word in (commandline -opc)[2..]
                    if test $skip -eq 1
                        set skip 0
                        continue
                    end
                    switch $word
                        case \(catalog.valueOptions.map(quoted).joined(separator: " "))
                            set skip 1
                        case '-*'
                        case '*'
                            if test (count $command) -eq 0
                                set command $word
                            else if test (count $command) -eq 1; and contains -- $command[1] \(catalog.nouns.joined(separator: " "))
                                set -a command $word
                            end
                    end
                end
                echo "$command"
            end
            function __sentinel_at
                set -l at (__sentinel_command)
                test "$at" = "$argv"
            end
            complete -c sentinel -f
            """
        ]
        for word in catalog.firstWords {
            let verbs = catalog.verbs(of: word)
            let names = verbs.map { String($0.name.dropFirst(word.count + 1)) }
            let meaning = catalog.command(named: word)?.abstract ?? names.joined(separator: ", ")
            lines.append("complete -c sentinel -n '__sentinel_at' -a \(word) -d \(quoted(meaning))")
            for (verb, name) in zip(verbs, names) {
                lines.append("complete -c sentinel -n '__sentinel_at \(word)' -a \(name) -d \(quoted(verb.abstract))")
            }
        }
        for command in catalog.commands {
            lines += command.specs.compactMap { line($0, condition: "-n '__sentinel_at \(command.name)' ") }
        }
        lines += GlobalOptions.specs.compactMap { line($0, condition: "") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ spec: ParameterSpec, condition: String) -> String? {
        var words = "complete -c sentinel " + condition
        if !spec.isArgument {
            words += (spec.short.map { "-s \($0) " } ?? "") + "-l \(spec.name) -d \(quoted(spec.help)) "
            // -r: needs a value; -x: and it is no file.
            if spec.role == .option { words += spec.hint == .file || spec.hint == .folder ? "-r " : "-x " }
        }
        switch spec.hint {
        case .none: return spec.isArgument ? nil : trimmed(words)
        case .choices(let choices): return words + "-a " + quoted(choices.joined(separator: " "))
        case .file: return words + "-F"
        case .folder: return words + "-a '(__fish_complete_directories)'"
        }
    }

    private static func trimmed(_ text: String) -> String {
        text.hasSuffix(" ") ? String(text.dropLast()) : text
    }

    /// Between single quotes, where fish knows `\'` and `\\` only.
    private static func quoted(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return quoted + "'"
    }
}
