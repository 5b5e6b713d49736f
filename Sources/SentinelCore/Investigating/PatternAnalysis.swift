/// What a subject's figures of some days say of it: whether it is suspicious, and why, in words.
///
/// Suspicious is who averages more than 40 messages a day, or had over 30 % of them refused, or has more than 5 incidents,
/// or a critical one.
package struct PatternAnalysis: Sendable, Equatable {
    package enum Threshold {
        package static let messagesPerDay = 40.0
        package static let refusedShare = 0.3
        package static let incidents = 5
    }

    /// Posts, those that were refused included.
    package var messages: Int64
    package var refused: Int64
    /// From the first day with an event to today, 1 or more.
    package var days: Int64
    package var incidents: Int
    package var critical: Int

    /// - Parameter days: 1 or more; less counts as 1.
    package init(messages: Int64, refused: Int64, days: Int64, incidents: Int, critical: Int) {
        self.messages = messages
        self.refused = refused
        self.days = max(1, days)
        self.incidents = incidents
        self.critical = critical
    }

    /// Of the last `days` days, ``Activity`` of all their spans merged.
    package init(_ activity: Activity, at time: Int64, days: Int64, incidents: Int, critical: Int) {
        let totals = activity.totals(at: time, days: days)
        self.init(
            messages: Int64(clamping: totals.messages), refused: Int64(clamping: totals.refused),
            days: activity.span(at: time, days: days), incidents: incidents, critical: critical)
    }

    package var perDay: Double { Double(messages) / Double(days) }
    /// 0…1.
    package var refusedShare: Double { messages == 0 ? 0 : Double(refused) / Double(messages) }
    package var isSuspicious: Bool { !suspicionReasons.isEmpty }

    /// Empty if it is not suspicious.
    package var suspicionReasons: [String] {
        var reasons: [String] = []
        if perDay > Threshold.messagesPerDay {
            reasons.append(
                "averages \(perDay.hundredths) messages a day (more than \(Int(Threshold.messagesPerDay)))")
        }
        if refusedShare > Threshold.refusedShare {
            let percent = (refusedShare * 100).hundredths
            reasons.append(
                "\(percent) % of its messages were refused (more than \(Int(Threshold.refusedShare * 100)) %)")
        }
        if incidents > Threshold.incidents {
            reasons.append("\(incidents) incidents (more than \(Threshold.incidents))")
        }
        if critical > 0 { reasons.append("a critical incident") }
        return reasons
    }
}

extension Assessment {
    /// Goes by what was counted for an address, whose users' posts are not its own.
    package mutating func take(_ counted: Activity, at time: Int64) {
        let analysis = PatternAnalysis(
            counted, at: time, days: Int64(ActivityTally.capacity), incidents: incidents, critical: isCritical ? 1 : 0)
        activity = .init(messages: analysis.messages, refused: analysis.refused, days: analysis.days)
        suspicionReasons = analysis.suspicionReasons
    }
}
