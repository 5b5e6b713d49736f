/// Help that teaches by example: what it is, command lines to copy, then every option. 80 columns wide.
enum HelpText {
    private static let width = 80

    /// `sentinel -h`: the commands by what people come for.
    static func program(_ catalog: Catalog) -> String {
        var text = "Rate limits and abuse detection in real time, on Redis.\n\n"
        text += "Usage: sentinel <command> [options]\n\n"
        text += "First steps:\n"
        for line in [
            "sentinel up", "sentinel simulate | sentinel replay - --live",
            "sentinel incident ls", "sentinel block ls",
        ] {
            text += "  \(line)\n"
        }
        for group in catalog.groups {
            text += "\n\(group.title):\n"
            text += Wrapping.definitions(
                group.commands.map { (term: $0.name, meaning: $0.abstract) }, width: width, column: 20)
        }
        text += "\nEvery command:\n" + options(GlobalOptions.specs)
        text += Wrapping.definitions([(term: "    --version", meaning: "show the version")], width: width, column: 28)
        text += "\nExit codes: 0 ok or allowed, 1 failure, 2 bad usage or bad policy, 3 blocked\n"
        text += "or limited, 4 not found, 5 Redis or server unreachable.\n"
        return text + "'sentinel <command> -h' shows options and examples of a command.\n"
    }

    /// `sentinel block -h`: the verbs of a noun.
    static func noun(_ noun: String, _ verbs: [any Command.Type]) -> String {
        var text = "Usage: sentinel \(noun) <verb> [options]\n\n"
        text += Wrapping.definitions(verbs.map { (term: $0.name, meaning: $0.abstract) }, width: width, column: 20)
        text += "\nExamples:\n" + examples(verbs.flatMap { $0.examples.prefix(1) })
        return text + "\n'sentinel \(noun) <verb> -h' shows options and more examples.\n"
    }

    /// `sentinel block add -h`.
    static func command(_ command: any Command.Type) -> String {
        let arguments = command.specs.filter(\.isArgument)
        let options = command.specs.filter { !$0.isArgument }
        var text = Wrapping.lines(command.abstract + ".", width: width).joined(separator: "\n") + "\n\n"
        text += usage(command.name, arguments, options)
        if !command.examples.isEmpty { text += "\nExamples:\n" + examples(command.examples) }
        for paragraph in paragraphs(command.discussion) {
            text += "\n" + Wrapping.lines(paragraph, width: width).joined(separator: "\n") + "\n"
        }
        if !arguments.isEmpty {
            text += "\nArguments:\n"
            text += Wrapping.definitions(
                arguments.map { (term: $0.title, meaning: meaning($0)) }, width: width, column: 28)
        }
        if !options.isEmpty { text += "\nOptions:\n" + Self.options(options) }
        return text + "\nEvery command:\n" + Self.options(GlobalOptions.specs)
    }

    // MARK: Parts

    private static func usage(_ name: String, _ arguments: [ParameterSpec], _ options: [ParameterSpec]) -> String {
        var words = ["sentinel \(name)"]
        words += options.filter(\.isRequired).map { "--\($0.name) <\($0.valueName)>" }
        words.append("[options]")
        words += arguments.map { spec in
            switch spec.role {
            case .argument(.optional): "[\(spec.title)]"
            case .argument(.many): spec.title + "..."
            default: spec.title
            }
        }
        return Wrapping.lines("Usage: " + words.joined(separator: " "), width: width).joined(separator: "\n    ") + "\n"
    }

    private static func examples(_ examples: [Example]) -> String {
        examples.map { "  # \($0.purpose)\n  \($0.line)\n" }.joined(separator: "\n")
    }

    private static func options(_ specs: [ParameterSpec]) -> String {
        let items = specs.map { spec in
            let short = spec.short.map { "-\($0), " } ?? "    "
            let value = spec.role == .flag ? "" : " <\(spec.valueName)>"
            return (term: short + "--\(spec.name)" + value, meaning: meaning(spec))
        }
        return Wrapping.definitions(items, width: width, column: 28)
    }

    /// The help with what the declaration knows besides: choices, default, variable.
    private static func meaning(_ spec: ParameterSpec) -> String {
        var text = spec.help
        // The words are often the help already ("auto, always or never").
        if case .choices(let words) = spec.hint, !words.allSatisfy({ spec.help.contains($0) }) {
            text += ": " + words.joined(separator: ", ")
        }
        var notes: [String] = []
        if spec.isRequired { notes.append("required") }
        if spec.repeats { notes.append("may be given again") }
        if let value = spec.defaultText { notes.append("default: \(value)") }
        if let variable = spec.environment { notes.append("or \(variable)") }
        return notes.isEmpty ? text : text + " (\(notes.joined(separator: "; ")))"
    }

    private static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [String] = []
        var current = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if !current.isEmpty { paragraphs.append(current) }
                current = ""
            } else {
                current += (current.isEmpty ? "" : " ") + line
            }
        }
        return current.isEmpty ? paragraphs : paragraphs + [current]
    }
}
