import SentinelCore

/// Reads the words of one command line into a `Target`: options in any order, `--opt value`, `--opt=value`, `-o value`,
/// `-ovalue`, `-abc` for flags, and `--` before words that only look like options.
struct LineParser<Target: Parsable> {
    /// The command's name, for messages.
    let command: String
    let parameters: [Parameter<Target>]
    let environment: [String: String]

    func parse(_ words: [String]) throws(UsageProblem) -> Target {
        var target = Target()
        var given: Set<String> = []
        var positionals: [String] = []
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            if word == "--" {
                positionals += words[index...]
                break
            } else if word.hasPrefix("--") {
                try readLong(word, words, &index, &target, &given)
            } else if word.hasPrefix("-"), word != "-" {
                try readShort(word, words, &index, &target, &given)
            } else {
                positionals.append(word)
            }
        }
        try assignPositionals(positionals, &target)
        try assignEnvironment(&target, &given)
        if let missing = parameters.first(where: { $0.spec.isRequired && !given.contains($0.spec.name) }) {
            throw problem("\(missing.spec.title) <\(missing.spec.valueName)> is missing")
        }
        return target
    }

    // MARK: Options

    private func readLong(
        _ word: String, _ words: [String], _ index: inout Int, _ target: inout Target, _ given: inout Set<String>
    ) throws(UsageProblem) {
        let body = word.dropFirst(2)
        let name = String(body.prefix { $0 != "=" })
        let attached = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
        guard let parameter = options.first(where: { $0.spec.name == name }) else {
            let meant = Suggestion.nearest(to: name, among: options.map(\.spec.name))
            throw problem("unknown option \(quoted("--" + name))" + (meant.map { ". Did you mean '--\($0)'?" } ?? ""))
        }
        given.insert(name)
        if parameter.spec.role == .flag {
            guard attached == nil else { throw problem("--\(name) takes no value") }
            try assign(parameter, "", &target)
        } else {
            // Not `attached ?? …`: the autoclosure would lose the error's type.
            let value = if let attached { attached } else { try following(parameter.spec, words, &index) }
            try assign(parameter, value, &target)
        }
    }

    private func readShort(
        _ word: String, _ words: [String], _ index: inout Int, _ target: inout Target, _ given: inout Set<String>
    ) throws(UsageProblem) {
        var rest = word.dropFirst()
        while let letter = rest.popFirst() {
            guard let parameter = options.first(where: { $0.spec.short == letter }) else {
                throw problem("unknown option \(quoted("-" + String(letter)))")
            }
            given.insert(parameter.spec.name)
            if parameter.spec.role == .flag {
                try assign(parameter, "", &target)
                continue
            }
            let attached = rest.first == "=" ? rest.dropFirst() : rest
            let value = try rest.isEmpty ? following(parameter.spec, words, &index) : String(attached)
            try assign(parameter, value, &target)
            return
        }
    }

    /// The next word as an option's value. One that begins with a dash is more likely a forgotten value than meant.
    private func following(
        _ spec: ParameterSpec, _ words: [String], _ index: inout Int
    ) throws(UsageProblem) -> String {
        guard index < words.count else { throw problem("\(spec.title) needs a value <\(spec.valueName)>") }
        let word = words[index]
        let looksLikeOption = word.hasPrefix("-") && word != "-" && Int(word) == nil
        guard !looksLikeOption else {
            throw problem(
                "\(spec.title) needs a value <\(spec.valueName)>; one that begins with '-' is written \(spec.title)=…")
        }
        index += 1
        return word
    }

    // MARK: Arguments

    private func assignPositionals(_ words: [String], _ target: inout Target) throws(UsageProblem) {
        let arguments = parameters.filter(\.spec.isArgument)
        for (position, word) in words.enumerated() {
            if position < arguments.count {
                try assign(arguments[position], word, &target)
            } else if let last = arguments.last, last.spec.role == .argument(.many) {
                try assign(last, word, &target)
            } else {
                throw problem("\(quoted(word)) is one word too many")
            }
        }
        if words.count < arguments.count, arguments[words.count].spec.role != .argument(.optional) {
            throw problem("\(arguments[words.count].spec.title) is missing")
        }
    }

    private func assignEnvironment(_ target: inout Target, _ given: inout Set<String>) throws(UsageProblem) {
        for parameter in options where !given.contains(parameter.spec.name) {
            guard let variable = parameter.spec.environment, let value = environment[variable], !value.isEmpty else {
                continue
            }
            given.insert(parameter.spec.name)
            do throws(ValueProblem) {
                try parameter.assign(&target, value)
            } catch {
                throw problem("\(variable) (for \(parameter.spec.title)): \(error.message)")
            }
        }
    }

    // MARK: Helpers

    private var options: [Parameter<Target>] {
        parameters.filter { !$0.spec.isArgument }
    }

    private func assign(_ parameter: Parameter<Target>, _ text: String, _ target: inout Target) throws(UsageProblem) {
        do throws(ValueProblem) {
            try parameter.assign(&target, text)
        } catch {
            throw problem("\(parameter.spec.title): \(error.message)")
        }
    }

    private func problem(_ message: String) -> UsageProblem {
        UsageProblem(message, in: command)
    }
}
