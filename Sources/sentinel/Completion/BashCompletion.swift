/// Completion for bash 4 and newer, without the bash-completion package.
enum BashCompletion {
    static func script(_ catalog: Catalog) -> String {
        """
        # bash completion for sentinel, made by: sentinel completion bash
        _sentinel() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
            local command= skip= word words= files= index
            # bash takes '--option=value' for three words
            [[ $current == = ]] && current=
            [[ $previous == = ]] && previous=${COMP_WORDS[COMP_CWORD-2]}
            for ((index = 1; index < COMP_CWORD; index++)); do
                word=${COMP_WORDS[index]}
                if [[ $skip ]]; then
                    [[ $word == = ]] || skip=
                    continue
                fi
                case $word in
                    \(catalog.valueOptions.joined(separator: "|"))) skip=1 ;;
                    -*) ;;
                    *)
                        case $command in
                            '') command=$word ;;
                            \(catalog.nouns.joined(separator: "|"))) command="$command $word" ;;
                        esac
                        ;;
                esac
            done
            case "$command $previous" in
        \(values(catalog))
                *)
                    case $command in
        \(words(catalog))
                    esac
                    [[ $current != -* && $words == -* ]] && words=
                    ;;
            esac
            COMPREPLY=($(compgen -W "$words" -- "$current"))
            if [[ $files && $current != -* ]]; then
                compopt -o filenames
                COMPREPLY+=($(compgen -"$files" -- "$current"))
            fi
        }
        complete -F _sentinel sentinel

        """
    }

    /// One case for each option whose value can be offered; an empty one for those whose value cannot.
    private static func values(_ catalog: Catalog) -> String {
        var lines: [String] = []
        for command in catalog.commands {
            for spec in command.specs where spec.role == .option {
                lines.append(line(spec.words.map { shellQuoted("\(command.name) \($0)") }, spec.hint))
            }
        }
        for spec in GlobalOptions.specs where spec.role == .option {
            lines.append(line(spec.words.map { "*" + shellQuoted(" " + $0) }, spec.hint))
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ patterns: [String], _ hint: ParameterSpec.Hint) -> String {
        "        " + patterns.joined(separator: " | ") + ") " + assignment(hint) + " ;;"
    }

    private static func assignment(_ hint: ParameterSpec.Hint) -> String {
        switch hint {
        case .none: ":"
        case .choices(let words): "words=" + shellQuoted(words.joined(separator: " "))
        case .file: "files=f"
        case .folder: "files=d"
        }
    }

    /// One case for each command: its options and what its arguments can be.
    private static func words(_ catalog: Catalog) -> String {
        let indent = "                "
        var lines = [indent + "'') words=" + shellQuoted(catalog.firstWords.joined(separator: " ")) + " ;;"]
        for noun in catalog.nouns {
            let verbs = catalog.verbs(of: noun).map { $0.name.dropFirst(noun.count + 1) }
            lines.append(indent + "\(noun)) words=" + shellQuoted(verbs.joined(separator: " ")) + " ;;")
        }
        for command in catalog.commands {
            let options = (command.specs + GlobalOptions.specs).filter { !$0.isArgument }.map { "--\($0.name)" }
            var assignments = "words=" + shellQuoted(options.joined(separator: " "))
            for argument in command.specs where argument.isArgument {
                switch argument.hint {
                case .choices(let choices):
                    // Arguments first, so that the list is not taken for one of options only.
                    assignments = "words=" + shellQuoted((choices + options).joined(separator: " "))
                default: assignments += "; " + assignment(argument.hint)
                }
            }
            lines.append(indent + shellQuoted(command.name) + ") " + assignments + " ;;")
        }
        return lines.joined(separator: "\n")
    }
}
