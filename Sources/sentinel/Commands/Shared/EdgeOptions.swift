import SentinelCore
import SentinelDaemon

/// The options of those who answer proxies: `up` and `run`.
struct EdgeOptions: Parsable {
    static let parameters: [Parameter<Self>] = [
        .options(
            "trusted-proxy", nil, \.trustedProxies, .network,
            "a proxy whose X-Forwarded-For is believed, besides those on this machine; address or CIDR"),
        .option(
            "mirror", nil, \.mirror, .file,
            "keep the mirror of the block list here, to answer proxies after a start without Redis"),
        .option("mirror-age", nil, \.mirrorAge, .duration, "an older mirror is not relied on"),
        .option(
            "mirror-stale", nil, \.mirrorStale, .choice("what"),
            "what proxies are told then of whom it does not know: open lets them in, closed does not"),
    ]

    var trustedProxies: [Network] = []
    var mirror: String?
    var mirrorAge = Duration.seconds(300)
    var mirrorStale = EdgeSettings.Stale.open

    /// - Parameter file: where the mirror is kept unless the user said.
    func settings(file: String? = nil) -> EdgeSettings {
        var settings = EdgeSettings()
        settings.trustedProxies += trustedProxies
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
