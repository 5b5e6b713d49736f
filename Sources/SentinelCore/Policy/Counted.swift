/// What the watches that run in Redis have in common: how much of something one subject may have in a window.
package struct Counted: Sendable, Equatable {
    package enum What: Sendable, Equatable {
        case events
        case weight(Rule.Field)
        case values(Rule.Field)
    }

    package var what: What
    package var of: Selection
    package var per: Rule.Scope
    package var limit: Limit
    package var window: Duration
}

extension Rule.Watch {
    /// Nil for a watch that does not run in Redis.
    package var counted: Counted? {
        switch self {
        case .count(let count):
            Counted(what: .events, of: count.of, per: count.per, limit: count.limit, window: count.window)
        case .sum(let sum):
            Counted(what: .weight(sum.weight), of: sum.of, per: sum.per, limit: sum.limit, window: sum.window)
        case .distinct(let each):
            Counted(what: .values(each.field), of: each.of, per: each.per, limit: each.limit, window: each.window)
        case .firstEvent, .cadence, .identical, .repetition, .duplicate, .pattern, .signup, .baseline, .rotation,
            .report,
            .score:
            nil
        }
    }
}

extension Rule {
    /// What Redis counts for this rule, if it does.
    package var counted: Counted? { watches.lazy.compactMap(\.counted).first }
}

extension Rule.Field {
    /// What many of its values are called: `accounts`, `addresses`.
    package var plural: String {
        switch self {
        case .user: "accounts"
        case .ip: "addresses"
        case .username: "user names"
        case .email: "mail addresses"
        case .status: "statuses"
        case .tokens: "tokens"
        default: rawValue + "s"
        }
    }
}
