import SentinelCore
package import SentinelRedis

/// What became of a review.
package struct ReviewChange: Sendable, Equatable {
    /// Incidents that have another disposition, or another note, than before.
    package var changed = 0
    /// Incidents that had it already.
    package var unchanged = 0
    /// Ids of which there is no incident, or no more.
    package var missing: [String] = []
}

extension Calls {
    /// Incidents per call of the function.
    private static var reviewedAtOnce: Int { 500 }

    /// Reviews incidents, or takes their reviews back.
    ///
    /// Each 500 of them are one atomic call with one entry in the audit log.
    /// - Parameters:
    ///   - disposition: nil takes it back.
    ///   - by: `admin:<name>`.
    ///   - note: at most 1024 bytes.
    package func review(
        _ ids: [String], as disposition: Review.Disposition?, by: String, note: String?
    ) async throws(RedisError) -> ReviewChange {
        var change = ReviewChange()
        if ids.isEmpty { return change }
        let starts = stride(from: 0, to: ids.count, by: Self.reviewedAtOnce)
        let replies = try await send { pipeline in
            for start in starts {
                let names = ids[start..<min(start + Self.reviewedAtOnce, ids.count)].joined(separator: ",")
                var arguments: [any RedisArgument] = [
                    "sentinel_review", "1", keys.prefix, "incidents", names, "as", disposition?.rawValue ?? "open",
                    "by", by,
                ]
                if let note { arguments += ["note", note] as [any RedisArgument] }
                pipeline.append("FCALL", arguments)
            }
        }
        for reply in replies {
            for (field, value) in try reply.orThrow().pairs {
                switch field {
                case "changed": change.changed += Int(try value.int)
                case "unchanged": change.unchanged += Int(try value.int)
                case "missing": change.missing += try value.string.split(separator: ",").map(String.init)
                default: break
                }
            }
        }
        return change
    }

    /// What reviews found out so far, by rule: the rules in the order of their names.
    package func reviewOutcomes() async throws(RedisError) -> [RuleReviews] {
        var rules: [String: RuleReviews] = [:]
        for (field, value) in try await client.call("HGETALL", keys.reviews).pairs {
            let words = field.split(separator: " ")
            guard words.count == 2, let count = Int64(try value.string) else { continue }
            let rule = String(words[0])
            switch Review.Disposition(rawValue: String(words[1])) {
            case .confirmed: rules[rule, default: RuleReviews(rule: rule)].confirmed = count
            case .falsePositive: rules[rule, default: RuleReviews(rule: rule)].falsePositives = count
            case .benign: rules[rule, default: RuleReviews(rule: rule)].benign = count
            case nil: break
            }
        }
        return rules.values.sorted { $0.rule < $1.rule }
    }
}
