package import SentinelCore

/// Somebody with incidents: how many and how bad, what the figures say, and the newest of them.
package struct Suspect: Sendable, Equatable {
    /// One of the newest incidents.
    package struct Finding: Sendable, Equatable {
        package var id: String
        package var rule: String
        package var severity: Rule.Severity
        package var description: String
        /// When it last grew, ms since 1970.
        package var at: Int64
        /// The user behind it, in its printable form.
        package var participant: String?
    }

    package var subject: Subject
    package var isBlocked: Bool
    package var incidents: Int
    package var critical: Int
    package var high: Int
    package var unreviewed: Int
    /// When the newest incident last grew, ms since 1970.
    package var last: Int64
    /// Of an address: who was seen there; at most ``Activity/mostPeers`` per span are told apart.
    package var registeredUsers: Int
    package var anonymousUsers: Int
    package var analysis: PatternAnalysis
    /// The newest first, at most ``mostFindings``.
    package var findings: [Finding]

    package static let mostFindings = 10

    /// Whom to look at first.
    static func isWorse(_ left: Suspect, _ right: Suspect) -> Bool {
        (left.critical, left.high, left.incidents, left.last, left.subject.description)
            > (right.critical, right.high, right.incidents, right.last, right.subject.description)
    }
}

/// The worst of those with incidents in some days.
package struct Suspects: Sendable, Equatable {
    package enum Grouping: String, Sendable, CaseIterable {
        /// By address, as it is counted; incidents without one are left out.
        case address
        /// By whom the incidents are about.
        case subject
    }

    package var days: Int64
    package var severity: Rule.Severity
    /// The worst first.
    package var suspects: [Suspect]
    /// How many there are in all.
    package var total: Int
}
