import SentinelCore

/// How bad something is, from 1 (`low`) to 4 (`critical`), by name.
enum SeverityName: String, CaseIterable, Sendable {
    case low
    case medium
    case high
    case critical

    init(_ severity: Rule.Severity) {
        self = Self.allCases[severity.rawValue - 1]
    }

    var severity: Rule.Severity {
        switch self {
        case .low: .low
        case .medium: .medium
        case .high: .high
        case .critical: .critical
        }
    }

    var tone: Tone {
        switch self {
        case .low: .faint
        case .medium: .plain
        case .high: .warning
        case .critical: .bad
        }
    }
}
