/// The rules and the bounds that a Sentinel runs by. The policy is compiled into the function library (``PolicyCompiler``)
/// and read by the coordinator, so that both halves follow the same rules.
package struct Policy: Sendable, Equatable {
    package var rules: [Rule]

    /// The kinds of event that are posts: what cadence, repetition and duplicates look at.
    package var postKinds: Set<String> = ["content", "message"]
    /// Fields that events may have besides the built-in ones, by name: subject types and numbers of the app's own.
    package var fields: [String: FieldType] = [:]
    /// Who is never refused, flagged or blocked: users, addresses, networks.
    package var allow: [Subject] = []

    /// A critical flag blocks for this long at once.
    package var critical = Rule.Block(for: .seconds(86_400))
    /// So many rules with an open incident on one subject block it.
    package var openFlags = 3
    package var openFlagsBlock = Rule.Block(for: .seconds(900))
    /// An earlier block within this time makes the next one longer.
    package var repeatTime = Duration.seconds(30 * 86_400)
    /// An incident without a new flag for this long is over.
    package var quiet = Duration.seconds(86_400)
    /// After this long a subject's suspicion is half of what it was.
    package var halfLife = Duration.seconds(86_400)
    /// How long incidents, watermarks and statistics are kept.
    package var retention = Duration.seconds(30 * 86_400)

    /// CIDR lengths that verdicts look at, for IPv4 and IPv6.
    package var networks4 = [24, 16]
    package var networks6 = [64, 48]
    /// IPv6 addresses count by this prefix; 128 counts each by itself.
    package var subjectPrefix6 = 64

    /// Parts of the key space, each with an event log and a coordinator of its own. 1 until Redis Cluster is served.
    package var partitions = 1
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
    /// What timelines hold.
    package var timeline = Timeline()
    /// How requests of proxies are answered.
    package var edge = Edge()

    /// How requests of proxies are answered (`GET /v1/authz`).
    package struct Edge: Sendable, Equatable {
        /// What is said of others while the mirror is older than ``mirrorAge``. Known blocks, and the allow list, hold
        /// either way.
        package enum Stale: String, Sendable, CaseIterable {
            /// Let in.
            case open
            /// Refused.
            case closed
        }

        /// Whose word on a client's address counts, besides programs of the same machine.
        package var trustedProxies: [Network] = []
        /// An age beyond which the mirror is not relied on.
        package var mirrorAge = Duration.seconds(300)
        package var mirrorStale = Stale.open

        package init() {}
    }

    /// What is kept of each subject's events, for people who look into it.
    package struct Timeline: Sendable, Equatable {
        /// For how long.
        package var keep = Duration.seconds(30 * 86_400)
        /// Of each quarter of that time, so many of a subject's newest events; 0 keeps none, only counts.
        package var entries = 100
        /// Of each text, so many bytes; 0 keeps none.
        package var textBytes = 120

        package init() {}

        /// Ms of a span: what is kept ends a span at a time.
        package var span: Int64 { max(1, keep.milliseconds / 4) }
    }

    /// What a field of the policy's own holds.
    package enum FieldType: String, Sendable, CaseIterable {
        /// Opaque bytes that name a subject or an object: 1…256 of them.
        case id
        /// A whole number from 0 to 1,000,000,000.
        case number
    }

    package init(rules: [Rule]) {
        self.rules = rules
    }

    /// The rule of that id, if any.
    package func rule(_ id: String) -> Rule? {
        rules.first { $0.id == id }
    }
}
