/// The rules and the bounds that a Sentinel runs by. The policy is compiled into the function library (``PolicyCompiler``)
/// and read by the coordinator, so that both halves follow the same rules.
package struct Policy: Sendable, Equatable {
    package var rules: [Rule]

    /// The kinds of event that are posts: what cadence, repetition and duplicates look at.
    package var postKinds: Set<String> = ["content", "message"]
    /// A critical flag blocks for this long at once.
    package var critical = Rule.Block(for: .seconds(86_400), cap: .seconds(7 * 86_400))
    /// So many rules with an open incident on one subject block it.
    package var openFlags = 3
    package var openFlagsBlock = Rule.Block(for: .seconds(900), cap: .seconds(7 * 86_400))
    /// An earlier block within this time doubles the next one.
    package var repeatTime = Duration.seconds(30 * 86_400)
    /// An incident without a new flag for this long is over.
    package var quiet = Duration.seconds(86_400)
    /// How long incidents, watermarks and statistics are kept.
    package var retention = Duration.seconds(30 * 86_400)

    /// CIDR lengths that verdicts look at, for IPv4 and IPv6.
    package var networks4 = [24, 16]
    package var networks6 = [64, 48]
    /// IPv6 addresses count by this prefix; 128 counts each by itself.
    package var subjectPrefix6 = 64

    /// Bytes of a text that are logged and looked at.
    package var textBytes = 2048
    /// Entries of the event log that are kept for a coordinator that is away.
    package var logEntries = 250_000
    /// Alerts that are kept for replay.
    package var alertEntries = 10_000
    /// Entries of the audit log.
    package var auditEntries = 100_000
    /// Event ids remembered per subject (at least; at most twice as many), and for how long at least.
    package var idsPerSubject = 1024
    package var idTime = Duration.seconds(3600)
    /// How long the tally of a blocked subject is kept.
    package var tallyTime = Duration.seconds(86_400)
    /// How long the coordinator's history of a user or a text is kept after its last event.
    package var historyTime = Duration.seconds(7 * 86_400)

    package init(rules: [Rule]) {
        self.rules = rules
    }

    /// The rule of that id, if any.
    package func rule(_ id: String) -> Rule? {
        rules.first { $0.id == id }
    }
}
