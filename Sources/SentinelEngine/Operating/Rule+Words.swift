package import SentinelCore

extension Rule {
    /// What the rule watches, in words.
    package var watchedInWords: String {
        watches.map(\.inWords).joined(separator: ", or ")
    }

    /// What follows under a policy, in words.
    package func outcomeInWords(under policy: Policy) -> String {
        var parts = then.alert ? ["alert"] : ["incident without an alert"]
        if then.limit { parts.insert("refuse until the window frees", at: 0) }
        if let block = severity == .critical ? policy.critical : then.block { parts.append(block.words) }
        let words = parts.joined(separator: ", ")
        return mode == .shadow ? "nothing (shadow), else: \(words)" : words
    }
}

extension Rule.Watch {
    fileprivate var inWords: String {
        switch self {
        case .count(let count):
            return "more than \(count.limit.words) \(count.of.words) by one \(count.per.words) in "
                + count.window.readable
        case .sum(let sum):
            return "more than \(sum.limit.words) \(sum.weight.rawValue) in \(sum.of.words) by one \(sum.per.words) in "
                + sum.window.readable
        case .distinct(let each):
            return "more than \(each.limit.words) different \(each.field.plural) in \(each.of.words) of one "
                + "\(each.per.words) in \(each.window.readable)"
        case .firstEvent(let parameters):
            return
                "first post within \(Duration.milliseconds(parameters.maximumAge).readable) of the account's creation"
        case .cadence(let parameters):
            return "posts like clockwork (interval CV below \(parameters.maximumVariation), or another sign of a timer)"
        case .identical(let parameters):
            return "more than \(Int((parameters.maximumShare * 100).rounded())) % identical posts"
        case .duplicate(let parameters):
            let window = Duration.milliseconds(parameters.window).readable
            return "the same text from \(parameters.accounts) or more users in \(window)"
        case .repetition(let parameters):
            let window = Duration.milliseconds(parameters.window).readable
            return "\(parameters.messages) very similar texts by one user in a row in \(window)"
        case .pattern(let search):
            return "\(search.field.rawValue) with expressions of the list \(search.list.name)"
        case .signup:
            return "a signup that looks made by a program: name, mail domain, hour, crowded address"
        case .baseline(let parameters):
            return "\(parameters.deviations) of three unlike the user's own habits: hour of the day, rate, network"
        case .rotation(let parameters):
            let window = Duration.milliseconds(parameters.window).readable
            return "more than \(parameters.maximumNetworks) networks in \(window), hardly ever back to one"
        case .report:
            return "reported by the app"
        case .score(let score):
            let module = score.module.map { " of \($0.rawValue)" } ?? ""
            return "a suspicion\(module) of \(score.atLeast) or more"
        }
    }
}

extension Limit {
    /// `50 (30 without an account, 10 younger than 1d, 5 for signup)`
    fileprivate var words: String {
        let others =
            [anonymous.map { "\($0) without an account" }].compactMap { $0 }
            + young.map { "\($0.limit) younger than \($0.age.readable)" }
            + kinds.sorted { $0.key < $1.key }.map { "\($0.value) for \($0.key)" }
        return others.isEmpty ? "\(base)" : "\(base) (\(others.joined(separator: ", ")))"
    }
}

extension Selection {
    /// `content/message events with status 4xx`
    fileprivate var words: String {
        let events = kinds.isEmpty ? "events" : kinds.sorted().joined(separator: "/") + " events"
        guard !conditions.isEmpty else { return events }
        let wanted = conditions.map { condition in
            "\(condition.field.rawValue) " + condition.values.map(\.description).joined(separator: " or ")
        }
        return "\(events) with \(wanted.joined(separator: " and "))"
    }
}

extension Policy {
    /// What the policy does beyond its single rules, in words.
    package var openFlagsInWords: String {
        "\(openFlags) rules with an open incident on one subject: \(openFlagsBlock.words)."
    }
}

extension Rule.Block {
    fileprivate var words: String {
        let growth = escalation == 1 || cap <= time ? "" : ", \(growthWords) up to \(cap.readable)"
        let whom =
            switch target {
            case .subject: ""
            case .user: " the user"
            case .ip: " the address"
            case .both: " the user and the address"
            }
        return "\(action.rawValue)\(whom) for \(time.readable)\(growth)"
    }

    private var growthWords: String { escalation == 2 ? "doubling" : "\(escalation) times longer with each repeat" }
}

extension Rule.Scope {
    fileprivate var words: String {
        switch self {
        case .actor: "user (or address without one)"
        case .ip: "address"
        default: rawValue
        }
    }
}
