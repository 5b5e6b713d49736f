/// One rule of the policy: what it watches, how bad it is, and what follows.
package struct Rule: Sendable, Equatable {
    /// Names the flag in verdicts, incidents and alerts: `[a-z][a-z0-9_]*`.
    package var id: String
    package var module: Module
    package var severity: Severity
    package var mode: Mode
    package var watch: Watch
    package var then: Outcome

    package init(
        _ id: String, _ module: Module, _ severity: Severity, _ watch: Watch, then: Outcome = Outcome(),
        mode: Mode = .enforce
    ) {
        self.id = id
        self.module = module
        self.severity = severity
        self.mode = mode
        self.watch = watch
        self.then = then
    }

    /// What kind of abuse a rule is about.
    package enum Module: String, Sendable, CaseIterable {
        case spam, automation, harvesting, fraud, content

        /// The reason a block of this module states.
        package var reason: String {
            switch self {
            case .spam: "SPAM"
            case .automation, .harvesting: "ABUSE"
            case .fraud: "FRAUD"
            case .content: "MALICIOUS_CONTENT"
            }
        }
    }

    package enum Severity: Int, Sendable, CaseIterable {
        case low = 1
        case medium, high, critical
    }

    package enum Mode: String, Sendable {
        /// The rule does what `then` says.
        case enforce
        /// The rule is counted and its incidents are stored and marked, but it refuses and blocks nothing.
        case shadow
    }

    /// Whose count it is.
    package enum Scope: String, Sendable, CaseIterable {
        /// The user, or the address where an event names no user.
        case actor
        case user
        case ip
    }

    /// The field of an event whose distinct values are counted.
    package enum Field: String, Sendable {
        case user, ip, object
    }

    /// What a rule looks at. Counting rules run inside Redis, the others in the coordinator.
    package enum Watch: Sendable, Equatable {
        /// At most `limit` events of these kinds per subject in the window (`anonymous`: for events without an account).
        case count(kinds: Set<String>, per: Scope, limit: Int64, anonymous: Int64?, window: Duration)
        /// At most `limit` tokens in events of these kinds per subject in the window.
        case tokens(kinds: Set<String>, per: Scope, limit: Int64, window: Duration)
        /// At most `limit` distinct values of a field per subject in the window; no kinds means all.
        case distinct(of: Field, per: Scope, kinds: Set<String>, limit: Int64, window: Duration)
        /// First post, cadence and identical posts of one user.
        case botBehavior(BotBehavior.Parameters)
        /// The same text from several users.
        case duplicate(DuplicateContent.Parameters)
        /// Very similar texts by one user in a row.
        case repetition(Repetition.Parameters)
        /// Verdicts from outside, by `sentinel_report`.
        case report
    }

    /// What follows a flag, besides the incident and the alert.
    package struct Outcome: Sendable, Equatable {
        /// Counting rules only: refuse what is over the limit, until the window frees.
        package var limit: Bool
        package var block: Block?

        package init(limit: Bool = false, block: Block? = nil) {
            self.limit = limit
            self.block = block
        }
    }

    /// A block for a time that doubles with each repeat up to the cap.
    package struct Block: Sendable, Equatable {
        package var time: Duration
        package var cap: Duration

        package init(for time: Duration, cap: Duration) {
            self.time = time
            self.cap = cap
        }
    }
}
