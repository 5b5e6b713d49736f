extension WatchForm {
    static let signup = WatchForm(
        "signup",
        Form(
            "An account that does not look like a person's on the day it is made. The weights of what is found are summed up.",
            blank: Rule.SignupWatch(),
            [
                .key("kinds", \.kinds, ValueForm<String>.kind.set(1...32), "The kinds of event that make an account."),
                .key("min_score", \.parameters.minimumScore, .share, "From which sum on."),
                .key(
                    "disposable_domains", \.domains, .domains,
                    "The path of a list of throw-away mail domains, one a line; `none` is no list."),
                .key("disposable_weight", \.parameters.disposableWeight, .share, "A throw-away mail domain."),
                .key(
                    "username_weight", \.parameters.usernameWeight, .share,
                    "A name as programs make them, by how much it looks like one."),
                .key("crowded_weight", \.parameters.crowdedWeight, .share, "An address with many new accounts."),
                .key(
                    "crowded_accounts", \.parameters.crowdedAccounts, .number(2...16),
                    "From how many on, this one included."),
                .key(
                    "crowded_window", \.parameters.crowdedWindow, .milliseconds(.seconds(1)...Duration.days(7)),
                    "Within which time."),
                .key(
                    "hour_weight", \.parameters.hourWeight, .share,
                    "From two to six o'clock at night, by `utc_offset`."),
                .key(
                    "utc_offset", \.parameters.utcOffset, .number(-840...840),
                    "What the clocks of most users are ahead of UTC, in minutes."),
                .key(
                    "mail_trick_weight", \.parameters.mailTrickWeight, .share,
                    "A tag (`+`) or many dots in the mail address."),
            ]), wrap: { .signup($0) }, unwrap: { if case .signup(let own) = $0 { own } else { nil } })
}

extension ValueForm where Value == Rule.Named<DomainList> {
    static let domains = Self(
        "`none` or the path of a list",
        read: { node, reading in
            guard case .text(let name, _) = node.content, !node.isEmpty else {
                reading.reject(node, "`none` or the path of a list")
                return nil
            }
            if name == "none" { return .init(name: name, value: DomainList()) }
            guard let bytes = reading.list(name, at: node.position) else { return nil }
            do throws(DomainList.Invalid) {
                return .init(name: name, value: try DomainList(parsing: bytes))
            } catch {
                reading.note(.file, at: node.position, "\(name): \(error)")
                return nil
            }
        }, write: { YAMLText.write($0.name) })
}
