package import SentinelCore

/// How requests of proxies are answered.
package struct EdgeSettings: Sendable {
    /// What is said of others while the mirror is older than ``maximumAge``. Known blocks, and the allow list, hold either
    /// way.
    package enum Stale: String, Sendable, CaseIterable {
        /// Let in.
        case open
        /// Refused.
        case closed
    }

    /// Whose word on a client's address counts. Callers over a unix socket are trusted.
    package var trustedProxies = [Network(masking: IPAddress(v4: 127 << 24), length: 8), IPAddress(v6: 1).prefix(128)]
    /// An age beyond which the mirror is not relied on.
    package var maximumAge = Duration.seconds(300)
    package var stale = Stale.open
    /// Where the mirror is kept for a start without Redis; nil for nowhere.
    package var file: String?

    package init() {}
}
