extension Rule {
    /// What follows a flag, besides the incident.
    package struct Outcome: Sendable, Equatable {
        /// Counting rules only: refuse what is over the limit, until the window frees.
        package var limit: Bool
        /// Publish an alert when the incident opens.
        package var alert: Bool
        /// What one flag adds to the subject's suspicion, 0…1: how likely it is abuse, as far as this rule can tell. Nil:
        /// what its severity says (``Severity/suspicion``).
        package var score: Double?
        package var block: Block?

        package init(limit: Bool = false, alert: Bool = true, score: Double? = nil, block: Block? = nil) {
            self.limit = limit
            self.alert = alert
            self.score = score
            self.block = block
        }
    }

    /// A block for a time that grows with each repeat up to the cap.
    package struct Block: Sendable, Equatable {
        package var time: Duration
        package var cap: Duration
        /// The factor by which each block of the subject is longer than the one before, within the policy's `repeatTime`.
        /// 1: always as long. 1…100.
        package var escalation: Double
        package var action: Action
        package var target: Target

        /// - Parameter cap: nil for 7 days, or the time itself where that is longer.
        package init(
            for time: Duration, cap: Duration? = nil, escalation: Double = 2, action: Action = .block,
            on target: Target = .subject
        ) {
            self.time = time
            self.cap = cap ?? max(time, .seconds(7 * 86_400))
            self.escalation = escalation
            self.action = action
            self.target = target
        }

        /// What the edge does.
        package enum Action: String, Sendable, CaseIterable {
            case block, challenge, throttle
        }

        /// Who is blocked.
        package enum Target: String, Sendable, CaseIterable {
            /// Whom the flag is about.
            case subject
            /// The user of the event, if it names one.
            case user
            /// The address of the event, if it names one.
            case ip
            /// Both of them.
            case both
        }
    }
}

extension Rule.Severity {
    /// What a flag of this severity adds to the suspicion where its rule says nothing: the thirds between nothing and
    /// certainty, and a critical flag nearly that.
    package var suspicion: Double {
        switch self {
        case .low: 0.1
        case .medium: 0.3
        case .high: 0.6
        case .critical: 0.95
        }
    }
}
