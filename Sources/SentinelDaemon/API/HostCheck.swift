import SentinelCore
import SentinelIO

/// Keeps web pages away from an API that asks for no token.
///
/// A page can have its own name resolve to 127.0.0.1 (DNS rebinding), and the visitor's browser then lets it talk to what
/// listens there. Its requests carry that name in `Host`; those of programs on this machine carry an address, `localhost`, or
/// a name without a dot that a proxy gave its upstream. (Pages under other names are stopped by their browser: bodies must
/// be JSON, for which it asks first, and gets no consent.)
enum HostCheck {
    static func problem(_ request: HTTPRequest) -> Problem? {
        guard let host = request.host, !isLocal(host) else { return nil }
        return Problem(.misdirected, "Host must be an address, localhost or a name without a dot")
    }

    private static func isLocal(_ host: String) -> Bool {
        if host.hasPrefix("[") { return true }
        let name = host.prefix { $0 != ":" }
        return !name.contains(".") || (try? IPAddress(String(name))) != nil || name.lowercased().hasSuffix(".localhost")
    }
}
