/// What is to be thought of a subject at some time: scores, reasons, risk level, and whether it is suspicious.
package struct Assessment: Sendable, Equatable {
    package enum Risk: String, Sendable, CaseIterable {
        case low, medium, high
    }

    /// 0…1, of all modules together.
    package var score: Double
    /// The highest it was since the last unblock, and when (ms since 1970; nil: it was never above 0).
    package var highest: Double
    package var highestAt: Int64?
    /// Of each module, those of 0 included.
    package var modules: [(module: Rule.Module, score: Double)]
    /// The weightiest first.
    package var reasons: [Suspicion.CurrentReason]
    /// Rules with an open incident.
    package var flags: Int
    /// `high` at three or more flags, `medium` at any, else `low`.
    package var risk: Risk
    /// Messages of the last days.
    package var activity: ActivityTally.Totals
    /// Incidents that opened within the policy's retention; at most ``Suspicion/incidentCapacity`` are told apart.
    package var incidents: Int
    /// Whether one of them was critical.
    package var isCritical: Bool
    /// Why it is suspicious, in words; empty if it is not.
    package var suspicionReasons: [String]
    package var isSuspicious: Bool { !suspicionReasons.isEmpty }

    /// - Parameter time: ms since 1970.
    package init(_ suspicion: Suspicion, _ tally: ActivityTally, at time: Int64, policy: Policy) {
        let decay = Suspicion.Decay(of: policy)
        let retention = policy.retention.milliseconds
        score = suspicion.score(at: time, halfLife: decay.halfLife)
        highest = suspicion.highest
        highestAt = suspicion.highest > 0 ? suspicion.highestAt : nil
        modules = Rule.Module.allCases.map {
            ($0, suspicion.score(at: time, halfLife: decay.halfLife, module: $0))
        }
        reasons = suspicion.reasons(at: time, halfLife: decay.halfLife)
        flags = suspicion.openRules(at: time, decay: decay)
        risk = flags >= 3 ? .high : flags > 0 ? .medium : .low
        activity = tally.totals(at: time)
        incidents = suspicion.incidents(at: time, within: retention)
        isCritical = suspicion.lastCritical.map { Double(time) - Double($0) < Double(retention) } ?? false

        suspicionReasons =
            PatternAnalysis(
                messages: activity.messages, refused: activity.refused, days: activity.days, incidents: incidents,
                critical: isCritical ? 1 : 0
            ).suspicionReasons
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.score == right.score && left.highest == right.highest && left.highestAt == right.highestAt
            && left.modules.elementsEqual(right.modules) { $0 == $1 } && left.reasons == right.reasons
            && left.flags == right.flags && left.activity == right.activity && left.incidents == right.incidents
            && left.isCritical == right.isCritical
    }
}
