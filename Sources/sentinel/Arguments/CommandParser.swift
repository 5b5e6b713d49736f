import SentinelCore

/// Finds the command that a command line names and reads the rest of the line into it.
struct CommandParser {
    let catalog: Catalog
    let environment: [String: String]

    /// Reads the words after the program's name.
    func parse(_ words: [String]) throws(UsageProblem) -> Invocation {
        var rest = words
        // `sentinel help block add` is what some people try first.
        let asksHelp = rest.first == "help"
        if asksHelp { rest.removeFirst() }
        let wantsHelp = asksHelp || rest.prefix { $0 != "--" }.contains { $0 == "-h" || $0 == "--help" }

        guard let first = try takeWord(from: &rest) else { return try root(rest, wantsHelp: wantsHelp) }
        if let command = catalog.command(named: first) {
            return wantsHelp ? .help(HelpText.command(command)) : try read(command, rest)
        }
        let verbs = catalog.verbs(of: first)
        guard !verbs.isEmpty else { throw unknown(first, among: catalog.firstWords, in: "") }
        guard let verb = try takeWord(from: &rest) else {
            if wantsHelp { return .help(HelpText.noun(first, verbs)) }
            let names = verbs.map { $0.name.dropFirst(first.count + 1) }.joined(separator: ", ")
            throw UsageProblem("'\(first)' needs a verb: \(names)", in: first)
        }
        guard let command = catalog.command(named: "\(first) \(verb)") else {
            throw unknown(verb, among: verbs.map { String($0.name.dropFirst(first.count + 1)) }, in: first)
        }
        return wantsHelp ? .help(HelpText.command(command)) : try read(command, rest)
    }

    private func root(_ rest: [String], wantsHelp: Bool) throws(UsageProblem) -> Invocation {
        if wantsHelp { return .help(HelpText.program(catalog)) }
        if rest.contains("--version") || rest.contains("-V") { return .version }
        _ = try LineParser(command: "", parameters: GlobalOptions.parameters, environment: [:]).parse(rest)
        throw UsageProblem("which command? One of \(catalog.firstWords.joined(separator: ", "))")
    }

    /// Removes and returns the first word that is neither an option nor the value of a global option.
    private func takeWord(from words: inout [String]) throws(UsageProblem) -> String? {
        var index = 0
        while index < words.count, words[index] != "--" {
            let word = words[index]
            guard word.hasPrefix("-") else { return words.remove(at: index) }
            let takesNext = GlobalOptions.specs.contains { spec in
                spec.role == .option && (word == "--\(spec.name)" || spec.short.map { word == "-\($0)" } == true)
            }
            index += takesNext ? 2 : 1
        }
        return nil
    }

    private func read<C: Command>(_ type: C.Type, _ words: [String]) throws(UsageProblem) -> Invocation {
        let parser = LineParser<Line<C>>(
            command: C.name,
            parameters: C.parameters.map { $0.lifted(to: \.command) }
                + GlobalOptions.parameters.map { $0.lifted(to: \.globals) },
            environment: environment
        )
        let line = try parser.parse(words)
        do throws(ValueProblem) {
            try line.command.validate()
        } catch {
            throw UsageProblem(error.message, in: C.name)
        }
        return .run(line.command, line.globals)
    }

    private func unknown(_ word: String, among words: [String], in noun: String) -> UsageProblem {
        let place = noun.isEmpty ? "command" : "verb of '\(noun)'"
        let meant = Suggestion.nearest(to: word, among: words).map { " Did you mean '\($0)'?" }
        let help = meant ?? " There is \(words.joined(separator: ", "))."
        return UsageProblem("\(quoted(word)) is no \(place).\(help)", in: noun)
    }
}

/// A command together with the options that all commands share.
private struct Line<C: Command>: Parsable {
    var command = C()
    var globals = GlobalOptions()
}
