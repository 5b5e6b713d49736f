/// An account that does not look like a person's on the day it is made: a name as programs make them, a throw-away mail
/// address, an hour at which people of the place sleep, an address from which many accounts come.
///
/// Each of these happens to honest people, so none is enough: their weights are added up, and the least sum asks for two.
package struct Signup: Sendable {
    package static let rule = "suspicious_signup"

    package struct Parameters: Sendable, Equatable {
        /// Domains of throw-away mail. Empty: none is known.
        package var disposableDomains = DomainList()
        /// Suspicious from this sum on.
        package var minimumScore = 0.6
        /// What each sign weighs. A name weighs in proportion to its score, see `UsernameShape`.
        package var usernameWeight = 0.5
        package var disposableWeight = 0.5
        package var crowdedWeight = 0.4
        package var hourWeight = 0.2
        /// A `+tag`, or many dots, in the mail address: one mailbox under many names.
        package var mailTrickWeight = 0.15
        /// The hours of the day at which signups are unusual, 0…23; nil: none are.
        package var quietHours: ClosedRange<Int>? = 2...5
        /// What the clocks of most users are ahead of UTC, in minutes.
        package var utcOffset: Int64 = 0
        /// An address is crowded from this many accounts on, the present one included…
        package var crowdedAccounts = 4
        /// … that signed up within this window, in ms.
        package var crowdedWindow: Int64 = 86_400_000

        package init() {}
    }

    package var parameters: Parameters

    package init(_ parameters: Parameters = Parameters()) {
        self.parameters = parameters
    }

    private struct Sign {
        var name: String
        var weight: Double
        var reason: String
    }

    /// Judges a signup.
    ///
    /// - Parameters:
    ///   - username: the chosen name in UTF-8; nil if the app did not say.
    ///   - email: the mail address; nil if the app did not say.
    ///   - time: ms since 1970.
    ///   - address: the accounts of its address, this one among them; nil if there is no address.
    package func finding(username: [UInt8]?, email: [UInt8]?, at time: Int64, address: AddressSignups?) -> Finding? {
        var signs: [Sign] = []
        if let username {
            let shape = UsernameShape(username)
            if shape.score >= 0.3 {
                let reason = "the name looks generated (\(shape.reasons.joined(separator: ", ")))"
                signs.append(Sign(name: "username", weight: parameters.usernameWeight * shape.score, reason: reason))
            }
        }
        if let email { signs += mailSigns(email) }
        let hour = Self.hour(of: time, utcOffset: parameters.utcOffset)
        if parameters.quietHours?.contains(hour) == true {
            signs.append(Sign(name: "hour", weight: parameters.hourWeight, reason: "at \(hour) o’clock"))
        }
        let accounts = address?.accounts(at: time, window: parameters.crowdedWindow) ?? 0
        if accounts >= max(2, parameters.crowdedAccounts) {
            let most = accounts == AddressSignups.capacity ? "\(accounts) or more" : "\(accounts)"
            let reason = "\(most) accounts from one address"
            signs.append(Sign(name: "crowded_address", weight: parameters.crowdedWeight, reason: reason))
        }
        let score = min(1, signs.reduce(0) { $0 + $1.weight })
        // 0.4 + 0.2 may miss 0.6 by a rounding error.
        guard !signs.isEmpty, score >= parameters.minimumScore - 1e-9 else { return nil }
        return Finding(
            rule: Self.rule,
            description: "signup: " + signs.map(\.reason).joined(separator: "; "),
            evidence: .object([
                .init("score", .double((score * 100).rounded() / 100)),
                .init("minimum_score", .double(parameters.minimumScore)),
                .init("hour", .int(Int64(hour))),
                .init("accounts_on_address", .int(Int64(accounts))),
                .init(
                    "signs",
                    .array(
                        signs.map {
                            .object([
                                .init("sign", .string($0.name)),
                                .init("weight", .double(($0.weight * 100).rounded() / 100)),
                                .init("reason", .string($0.reason)),
                            ])
                        })),
            ])
        )
    }

    private func mailSigns(_ email: [UInt8]) -> [Sign] {
        // The longest mail address has 254 bytes (RFC 5321, section 4.5.3.1.3).
        guard email.count <= 320, let at = email.lastIndex(of: UInt8(ascii: "@")) else { return [] }
        let local = email[..<at]
        var signs: [Sign] = []
        if parameters.disposableDomains.contains(email[(at + 1)...]) {
            signs.append(
                Sign(name: "mail_domain", weight: parameters.disposableWeight, reason: "a disposable mail domain"))
        }
        if local.contains(UInt8(ascii: "+")) {
            signs.append(
                Sign(name: "mail_tag", weight: parameters.mailTrickWeight, reason: "a tag (+) in the mail address"))
        }
        let dots = local.count { $0 == UInt8(ascii: ".") }
        if dots >= 3 {
            signs.append(
                Sign(name: "mail_dots", weight: parameters.mailTrickWeight, reason: "\(dots) dots in the mail address"))
        }
        return signs
    }

    /// The hour of the day, 0…23, of a time in ms since 1970.
    static func hour(of time: Int64, utcOffset minutes: Int64) -> Int {
        let offset = min(max(minutes, -1440), 1440)
        let day: Int64 = 1440
        let minute = time / 60_000 % day + offset
        return Int(((minute % day + day) % day) / 60)
    }
}
