package import SentinelCore

/// Which alerts somebody wants to hear of; nil asks for all.
package struct AlertFilter: Hashable, Sendable {
    /// Alerts of less are left out.
    package var severity: Rule.Severity
    /// Only of these modules; empty for all.
    package var modules: Set<String>
    package var rule: String?
    /// In its printable form, as alerts name it.
    package var subject: String?

    package init(
        severity: Rule.Severity = .low, modules: Set<String> = [], rule: String? = nil, subject: String? = nil
    ) {
        self.severity = severity
        self.modules = modules
        self.rule = rule
        self.subject = subject
    }

    /// Leaves nothing out.
    package var isOpen: Bool { self == AlertFilter() }

    package func accepts(_ alert: Alert) -> Bool {
        alert.severity.rawValue >= severity.rawValue && (modules.isEmpty || modules.contains(alert.module))
            && (rule == nil || alert.rule == rule) && (subject == nil || alert.subject == subject)
    }
}
