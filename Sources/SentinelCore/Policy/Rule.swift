/// One rule of the policy: what it watches, how bad it is, and what follows.
package struct Rule: Sendable, Equatable {
    /// Names the flag in verdicts, incidents and alerts: `[a-z][a-z0-9_]*`, at most 64 bytes.
    package var id: String
    package var module: Module
    package var severity: Severity
    package var mode: Mode
    /// Any of these meets the rule. Never empty; more than one only where none runs in Redis (``Watch/runsInRedis``).
    package var watches: [Watch]
    package var then: Outcome

    package init(
        _ id: String, _ module: Module, _ severity: Severity, any watches: [Watch], then: Outcome = Outcome(),
        mode: Mode = .enforce
    ) {
        self.id = id
        self.module = module
        self.severity = severity
        self.mode = mode
        self.watches = watches
        self.then = then
    }

    package init(
        _ id: String, _ module: Module, _ severity: Severity, _ watch: Watch, then: Outcome = Outcome(),
        mode: Mode = .enforce
    ) {
        self.init(id, module, severity, any: [watch], then: then, mode: mode)
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

    package enum Mode: String, Sendable, CaseIterable {
        /// The rule does what `then` says.
        case enforce
        /// The rule is counted and its incidents are stored and marked, but it refuses and blocks nothing.
        case shadow
    }
}
