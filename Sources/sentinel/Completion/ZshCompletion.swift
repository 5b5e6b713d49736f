/// Completion for zsh, with descriptions. Works from `fpath` (as `_sentinel`) and when sourced after `compinit`.
enum ZshCompletion {
    static func script(_ catalog: Catalog) -> String {
        """
        #compdef sentinel
        # zsh completion for sentinel, made by: sentinel completion zsh
        _sentinel() {
            local current=${words[CURRENT]} previous=${words[CURRENT-1]} command='' skip='' word='' files=''
            local -a offers
            local -i index
            for ((index = 2; index < CURRENT; index++)); do
                word=${words[index]}
                if [[ -n $skip ]]; then skip=''; continue; fi
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
                    ;;
            esac
            (( $#offers )) && _describe sentinel offers
            [[ -n $files ]] && _files ${=files}
        }
        if [[ $funcstack[1] == _sentinel ]]; then _sentinel "$@"; else compdef _sentinel sentinel; fi

        """
    }

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
        let action =
            switch hint {
            case .none: ":"
            case .choices(let words): "offers=(" + words.map { offer($0, "") }.joined(separator: " ") + ")"
            case .file: "files=-f"
            case .folder: "files=-/"
            }
        return "        " + patterns.joined(separator: " | ") + ") " + action + " ;;"
    }

    private static func words(_ catalog: Catalog) -> String {
        let indent = "                "
        var first: [String] = []
        for word in catalog.firstWords {
            let verbs = catalog.verbs(of: word).map { String($0.name.dropFirst(word.count + 1)) }
            let meaning = catalog.command(named: word)?.abstract ?? verbs.joined(separator: ", ")
            first.append(offer(word, meaning))
        }
        var lines = [indent + "'') offers=(" + first.joined(separator: " ") + ") ;;"]
        for noun in catalog.nouns {
            let verbs = catalog.verbs(of: noun).map { offer(String($0.name.dropFirst(noun.count + 1)), $0.abstract) }
            lines.append(indent + "\(noun)) offers=(" + verbs.joined(separator: " ") + ") ;;")
        }
        for command in catalog.commands {
            let specs = command.specs + GlobalOptions.specs
            let options = specs.filter { !$0.isArgument }.map { offer("--\($0.name)", $0.help) }
            var actions = "[[ $current == -* ]] && offers=(" + options.joined(separator: " ") + ")"
            for argument in command.specs where argument.isArgument {
                switch argument.hint {
                case .none: break
                case .choices(let choices):
                    let offers = choices.map { offer($0, "") }.joined(separator: " ")
                    actions = "offers=(" + offers + "); " + actions
                case .file: actions += "; files=-f"
                case .folder: actions += "; files=-/"
                }
            }
            lines.append(indent + shellQuoted(command.name) + ") " + actions + " ;;")
        }
        return lines.joined(separator: "\n")
    }

    /// `name:description` as `_describe` reads it; colons in the name are escaped.
    private static func offer(_ name: String, _ meaning: String) -> String {
        let escaped = name.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:")
        return shellQuoted(meaning.isEmpty ? escaped : escaped + ":" + meaning)
    }
}
