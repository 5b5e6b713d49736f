import SentinelCore
import SentinelDaemon

/// The options of those who answer proxies: `up` and `run`.
struct EdgeOptions: Parsable {
    static let parameters: [Parameter<Self>] = [
        .options(
            "trusted-proxy", nil, \.trustedProxies, .network,
            "a proxy whose X-Forwarded-For is believed, besides those on this machine; default: what the policy says"),
        .option(
            "mirror", nil, \.mirror, .file,
            "keep the mirror of the block list here, to answer proxies after a start without Redis"),
        .option(
            "mirror-age", nil, \.mirrorAge, .duration, "an older mirror is not relied on; default: what the policy says"
        ),
        .option(
            "mirror-stale", nil, \.mirrorStale, .choice("what"),
            "what proxies are told then of whom it does not know: open lets them in, closed does not; default: as the policy says"
        ),
    ]

    var trustedProxies: [Network] = []
    var mirror: String?
    var mirrorAge: Duration?
    var mirrorStale: Policy.Edge.Stale?

    /// - Parameter file: where the mirror is kept unless the user said.
    func settings(file: String? = nil) -> EdgeSettings {
        var settings = EdgeSettings()
        if !trustedProxies.isEmpty { settings.trustedProxies = trustedProxies }
        settings.maximumAge = mirrorAge
        settings.stale = mirrorStale
        settings.file = mirror ?? file
        return settings
    }
}

extension ValueType where Value == Network {
    /// An address or a network in CIDR notation.
    static var network: Self {
        Self(
            name: "cidr",
            parse: { (text) throws(ValueProblem) in
                do throws(Network.Invalid) {
                    return try Network(text)
                } catch {
                    throw ValueProblem("\(quoted(text)) is no address or network: \(error)")
                }
            },
            show: { $0.description })
    }
}
