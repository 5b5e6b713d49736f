/// What is done to a blocked client, as the block key says it.
enum BlockAction: String, CaseIterable, Sendable {
    case block
    case challenge
    case throttle
}

/// Why somebody is blocked, as the block key says it.
enum BlockReason: String, CaseIterable, Sendable {
    case abuse = "ABUSE"
    case maliciousContent = "MALICIOUS_CONTENT"
    case spam = "SPAM"
    case fraud = "FRAUD"
    case manual = "MANUAL"
}

/// How bad something is, from 1 (`low`) to 4 (`critical`).
enum SeverityName: String, CaseIterable, Sendable {
    case low
    case medium
    case high
    case critical
}

/// Where an incident stands in its review.
enum IncidentState: String, CaseIterable, Sendable {
    case open
    case confirmed
    case dismissed
}
