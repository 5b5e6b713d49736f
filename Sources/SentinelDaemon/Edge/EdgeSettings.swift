package import SentinelCore

/// How requests of proxies are answered by this process, where it goes by something else than the policy.
package struct EdgeSettings: Sendable {
    /// Programs of this machine. Callers over a unix socket are trusted besides.
    package var localProxies = [Network(masking: IPAddress(v4: 127 << 24), length: 8), IPAddress(v6: 1).prefix(128)]
    /// Instead of those of the policy; nil: as it says.
    package var trustedProxies: [Network]?
    package var maximumAge: Duration?
    package var stale: Policy.Edge.Stale?
    /// Where the mirror is kept for a start without Redis; nil for nowhere.
    package var file: String?

    package init() {}

    /// What counts under that policy.
    func applied(to edge: Policy.Edge) -> Policy.Edge {
        var edge = edge
        edge.trustedProxies = localProxies + (trustedProxies ?? edge.trustedProxies)
        edge.mirrorAge = maximumAge ?? edge.mirrorAge
        edge.mirrorStale = stale ?? edge.mirrorStale
        return edge
    }
}
