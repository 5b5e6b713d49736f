package import SentinelCore

extension Rule {
    /// What the rule watches, in words.
    package var watchedInWords: String {
        switch watch {
        case .count(let kinds, let per, let limit, let anonymous, let window):
            let others = anonymous.map { " (\($0) without an account)" } ?? ""
            return "more than \(limit)\(others) \(Self.words(kinds)) by one \(per.words) in \(window.readable)"
        case .tokens(let kinds, let per, let limit, let window):
            return "more than \(limit) tokens in \(Self.words(kinds)) by one \(per.words) in \(window.readable)"
        case .distinct(let of, let per, let kinds, let limit, let window):
            return "more than \(limit) different \(of.words) in \(Self.words(kinds)) of one \(per.words) in "
                + window.readable
        case .botBehavior(let parameters):
            let age = Duration.milliseconds(parameters.firstPost.maximumAge).readable
            let share = Int((parameters.identicalPosts.maximumShare * 100).rounded())
            return "first post within \(age) of the account's creation, or posts like clockwork (interval CV below "
                + "\(parameters.cadence.maximumVariation)), or more than \(share) % identical posts"
        case .duplicate(let parameters):
            let window = Duration.milliseconds(parameters.window).readable
            return "the same text from \(parameters.accounts) or more users in \(window)"
        case .repetition(let parameters):
            let window = Duration.milliseconds(parameters.window).readable
            return "\(parameters.messages) very similar texts by one user in a row in \(window)"
        case .report:
            return "reported by the app"
        }
    }

    /// What follows under a policy, in words.
    package func outcomeInWords(under policy: Policy) -> String {
        var parts = ["alert"]
        if then.limit { parts.insert("refuse until the window frees", at: 0) }
        if let block = severity == .critical ? policy.critical : then.block { parts.append(block.words) }
        let words = parts.joined(separator: ", ")
        return mode == .shadow ? "nothing (shadow), else: \(words)" : words
    }

    private static func words(_ kinds: Set<String>) -> String {
        kinds.isEmpty ? "events" : kinds.sorted().joined(separator: "/") + " events"
    }
}

extension Policy {
    /// What the policy does beyond its single rules, in words.
    package var openFlagsInWords: String {
        "\(openFlags) rules with an open incident on one subject: \(openFlagsBlock.words)."
    }
}

extension Rule.Block {
    fileprivate var words: String { "block for \(time.readable), doubling up to \(cap.readable)" }
}

extension Rule.Scope {
    fileprivate var words: String {
        switch self {
        case .actor: "user (or address without one)"
        case .user: "user"
        case .ip: "address"
        }
    }
}

extension Rule.Field {
    fileprivate var words: String {
        switch self {
        case .user: "users"
        case .ip: "addresses"
        case .object: "objects"
        }
    }
}
