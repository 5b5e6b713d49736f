import SentinelCore
import SentinelEngine

/// How a verdict is told: a sentence for people, an object for programs, and the exit code for scripts.
struct VerdictReport {
    let verdict: Verdict

    private static let columns: [Column<Verdict>] = [
        Column("verdict") { .string($0.decision.rawValue) },
        Column("rule") { .optional($0.rule, Value.string) },
        Column("limit") { .optional($0.limit, Value.int) },
        Column("remaining") { .optional($0.remaining, Value.int) },
        Column("retry_after_ms") { .optional($0.retryAfter, Value.int) },
        Column("flags") { .list($0.flags) },
        Column("subject") { .optional($0.subject, Self.printable) },
        Column("reason") { .optional($0.reason, Value.string) },
        Column("ref") { .optional($0.ref, Value.string) },
    ]

    /// Writes it and says how the command ends.
    func write(to output: Output) throws -> ExitCode {
        if output.format == .human {
            try output.line(sentence, verdict.decision == .allow ? .good : .bad)
            if !verdict.flags.isEmpty { try output.line("flagged: \(verdict.flags.joined(separator: ", "))", .warning) }
        } else {
            try output.one(verdict, Self.columns)
        }
        return verdict.decision == .allow ? .ok : .blocked
    }

    var sentence: String {
        switch verdict.decision {
        case .allow:
            guard let rule = verdict.rule, let limit = verdict.limit, let left = verdict.remaining else {
                return "allowed"
            }
            return "allowed, \(left) of \(limit) left (\(rule))"
        // A limit without a number is a block that throttles.
        case .limit where verdict.limit != nil:
            let rule = "limited by \(verdict.rule ?? "a rule") (\(verdict.limit ?? 0))"
            guard let wait = verdict.retryAfter else { return rule }
            return wait < 0
                ? "\(rule): more than the limit at once, this will never be allowed"
                : "\(rule): try again in \(HumanTime.span(milliseconds: wait))"
        case .limit: return stopped("throttled")
        case .block: return stopped("blocked")
        case .challenge: return stopped("challenged")
        }
    }

    private func stopped(_ word: String) -> String {
        var parts = [verdict.reason ?? "no reason given"]
        if let ref = verdict.ref { parts.append("ref \(ref)") }
        parts.append(verdict.retryAfter.map { "\(HumanTime.span(milliseconds: $0)) left" } ?? "for good")
        let who = verdict.subject.map { " (\(PercentEncoding.encode($0)))" } ?? ""
        return "\(word): \(parts.joined(separator: ", "))\(who)"
    }

    private static func printable(_ subject: [UInt8]) -> Value { .string(PercentEncoding.encode(subject)) }
}
