/// `count`, `sum` and `distinct`: what Redis counts.

extension WatchForm {
    static let count = WatchForm(
        "count",
        Form(
            "At most so many events per subject in an exact sliding window. Runs inside Redis.",
            blank: Rule.Count(Selection(), per: .actor, limit: 0, window: .zero),
            [
                .kinds(\.of.kinds), .conditions(\.of.conditions), .scope(\.per),
                .required("limit", \.limit, .limit(upTo: 1_000_000), "How many are let by; one more meets the rule."),
                .window(\.window),
            ]
        ) { count, given, reading in
            reading.checkReach(of: count.limit, count.of, given)
        }, wrap: { .count($0) }, unwrap: { if case .count(let count) = $0 { count } else { nil } })

    static let sum = WatchForm(
        "sum",
        Form(
            "At most so much of a number that events carry, such as tokens, per subject in an exact sliding window. An event "
                + "of 0 only asks. Runs inside Redis.",
            blank: Rule.Sum(.tokens, of: Selection(), per: .actor, limit: 0, window: .zero),
            [
                .required("of", \.weight, .weight, "What is summed."),
                .kinds(\.of.kinds), .conditions(\.of.conditions), .scope(\.per),
                .required("limit", \.limit, .limit(upTo: 1_000_000_000), "How much is let by; more meets the rule."),
                .window(\.window),
            ]
        ) { sum, given, reading in
            reading.checkReach(of: sum.limit, sum.of, given)
        }, wrap: { .sum($0) }, unwrap: { if case .sum(let sum) = $0 { sum } else { nil } })

    static let distinct = WatchForm(
        "distinct",
        Form(
            "At most so many different values of a field per subject, in a window that slides in twelfths; estimated by "
                + "HyperLogLog. Runs inside Redis.",
            blank: Rule.Distinct(.user, per: .ip, limit: 0, window: .zero),
            [
                .required(
                    "of", \.field, .countable, "Whose values are counted; `network`: the /24 or /48 of the address."),
                .kinds(\.of.kinds), .conditions(\.of.conditions), .scope(\.per),
                .required("limit", \.limit, .limit(upTo: 1_000_000), "How many there may be; one more meets the rule."),
                .window(\.window),
            ]
        ) { each, given, reading in
            reading.checkReach(of: each.limit, each.of, given)
            let same: [Rule.Scope: [Rule.Field]] = [.actor: [.user], .ip: [.ip, .network]]
            if each.field.rawValue == each.per.rawValue || same[each.per]?.contains(each.field) == true {
                reading.note(
                    .unreachable, at: given.position("of"),
                    "one \(each.per.rawValue) has only one \(each.field.rawValue): the count never grows")
            }
        }, wrap: { .distinct($0) }, unwrap: { if case .distinct(let each) = $0 { each } else { nil } })
}

extension Reading {
    /// Limits for kinds that the rule does not watch are never looked at.
    fileprivate mutating func checkReach<Target>(
        of limit: Limit, _ selection: Selection, _ given: Form<Target>.Given
    ) {
        for kind in limit.kinds.keys.sorted() where !selection.includes(kind: kind) {
            let watched = selection.kinds.sorted().joined(separator: ", ")
            note(
                .unreachable, at: given.position("limit"),
                "the limit for \(kind) is never looked at: the rule is about \(watched)")
        }
    }
}

extension Key {
    fileprivate static func kinds(_ place: Place<Target, Set<String>>) -> Self {
        .key("kinds", place, ValueForm<String>.kind.set(1...32), "Which kinds of event.", default: "all kinds")
    }

    fileprivate static func conditions(_ place: Place<Target, [Selection.Condition]>) -> Self {
        .key(
            "where", place, .conditions,
            "Only events whose fields meet all of these: `{status: 4xx, object: /login*}`.",
            default: "all events")
    }

    fileprivate static func scope(_ place: Place<Target, Rule.Scope>) -> Self {
        .required("per", place, .scope, "Whose count it is. `actor`: the user, or the address where there is no user.")
    }

    fileprivate static func window(_ place: Place<Target, Duration>) -> Self {
        .required("window", place, .duration(.milliseconds(1)...Duration.days(366)), "How long an event counts.")
    }
}
