import SentinelCore

/// Which subjects were flagged, by which rules, and which were blocked: what a replay is judged by.
package struct Findings: Sendable, Equatable {
    /// By subject (`user:ada`, `ip:203.0.113.7`).
    package private(set) var flags: [[UInt8]: Set<String>] = [:]
    /// Subjects that were blocked at some time.
    package private(set) var blocked: Set<[UInt8]> = []

    package init() {}

    package mutating func note(_ subject: [UInt8], rule: String, isBlocked: Bool) {
        flags[subject, default: []].insert(rule)
        if isBlocked { blocked.insert(subject) }
    }

    /// Takes in an alert as it is published (a JSON object); anything else says nothing.
    package mutating func note(alert: [UInt8]) {
        guard let alert = try? JSONReader.read(alert), case .string(let name)? = alert["subject"],
            case .string(let rule)? = alert["rule"], let subject = PercentEncoding.decode(name)
        else { return }
        note(subject, rule: rule, isBlocked: alert["block"] != .null)
    }
}
