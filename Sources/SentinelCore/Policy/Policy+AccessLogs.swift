extension Policy {
    /// Rules for the access logs of web servers: what scanners and guessers of passwords do to any site.
    ///
    /// The figures are those of the field's public scenarios (CrowdSec's `http-probing`: more than 10 distinct missing
    /// paths; `http-bf-wordpress_bf`: more than 5 tries; fail2ban's five failures), but over longer windows, because slow
    /// attackers stay below any figure per minute.
    package static let accessLogRules: [Rule] = [
        // Whoever guesses at paths meets many that are not there; a broken page asks for the same few again and again.
        Rule(
            "http_probing", .harvesting, .high,
            .distinct(
                .init(
                    .object, of: Selection(anyRequest, where: [.init(.status, notThere)]), per: .ip, limit: 10,
                    window: .seconds(600)))
        ),
        // Three different ones, whatever the answer: one may be a stray link, two an administrator at work.
        Rule(
            "http_attack_paths", .harvesting, .high,
            .distinct(
                .init(
                    .object, of: Selection(anyRequest, where: [.init(.object, HTTPProbes.paths)]), per: .ip, limit: 2,
                    window: .seconds(86_400)))
        ),
        // A page that comes back after a post says "wrong"; who is let in is sent on with 302 or 303.
        Rule(
            "password_guessing", .automation, .high,
            .count(
                .init(
                    Selection(
                        logins,
                        where: [
                            .init(.object, HTTPProbes.loginPages),
                            .init(.status, [.range(200...200), .range(400...499)]),
                        ]),
                    per: .ip, limit: 4, window: .seconds(86_400)))
        ),
        // Services answer 200 to who is let in: only refusals count. Programs try again by themselves, so more of them.
        Rule(
            "failed_service_logins", .automation, .high,
            .count(
                .init(
                    Selection(
                        logins,
                        where: [.init(.object, HTTPProbes.loginServices), .init(.status, [.range(400...499)])]),
                    per: .ip, limit: 9, window: .seconds(86_400)))
        ),
        // The same of applications that report logins as such.
        Rule(
            "failed_logins", .automation, .high,
            .count(
                .init(
                    Selection(["login"], where: [.init(.status, [.range(400...499)])]), per: .ip, limit: 9,
                    window: .seconds(86_400)))
        ),
    ]

    private static let anyRequest: Set<String> = ["read", "content", "login", "request"]
    /// An access log does not say what a request was for: what posts to a login is content there.
    private static let logins: Set<String> = ["content", "login"]
    private static let notThere: [Selection.Value] = [.range(400...400), .range(403...405), .range(410...410)]
}
