import SentinelRedis

/// What somebody found out about an incident.
package struct Review: Sendable, Equatable {
    /// What an incident turned out to be.
    package enum Disposition: String, Sendable, CaseIterable {
        /// Abuse, as the rule says.
        case confirmed
        /// The rule saw what was not there.
        case falsePositive = "false_positive"
        /// The rule is right, and yet nobody does harm: a load test, an event.
        case benign
    }

    package var disposition: Disposition
    /// `admin:<name>`
    package var by: String
    /// Ms since 1970.
    package var at: Int64
    package var note: String?

    /// Reads it from the fields of an incident; nil without one.
    init?(_ fields: [String: RedisReply]) throws(RedisError) {
        guard let word = try fields["disposition"]?.string, let disposition = Disposition(rawValue: word) else {
            return nil
        }
        self.disposition = disposition
        by = try fields["reviewed_by"]?.string ?? ""
        at = try fields["reviewed_at"]?.int ?? 0
        let note = try fields["review_note"]?.string ?? ""
        self.note = note.isEmpty ? nil : note
    }
}

/// What reviews found out about the incidents of one rule.
package struct RuleReviews: Sendable, Equatable {
    package var rule: String
    package var confirmed: Int64 = 0
    package var falsePositives: Int64 = 0
    package var benign: Int64 = 0

    package init(rule: String) {
        self.rule = rule
    }

    /// The share of the rule's incidents that were abuse, of those that were or were not: 0…1; nil without any.
    package var precision: Double? {
        let judged = Double(confirmed) + Double(falsePositives)
        return judged > 0 ? Double(confirmed) / judged : nil
    }
}
