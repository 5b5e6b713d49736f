import SentinelCore
package import SentinelIO

/// Where the API listens.
package struct ListenAddress: Sendable, Equatable {
    package let endpoint: Endpoint
    /// Loopback or a unix socket: only programs of this machine can reach it.
    package let isLocal: Bool

    package static let standard = ListenAddress(endpoint: .tcp(host: "127.0.0.1", port: 8787))

    /// What is wrong with an address.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    private init(endpoint: Endpoint, isLocal: Bool = true) {
        self.endpoint = endpoint
        self.isLocal = isLocal
    }

    /// Reads `127.0.0.1:8787`, `[::1]:8787`, `localhost:8787`, `unix:/run/sentinel.sock`. Port 0 lets the kernel choose.
    package init(parsing text: String) throws(Invalid) {
        if text.hasPrefix("unix:") {
            self.init(endpoint: .unix(path: String(text.dropFirst(5))))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Invalid(description: "want address:port, such as 127.0.0.1:8787, or unix:/path")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        guard let address = try? IPAddress(host) else {
            throw Invalid(description: "want a numeric address before the port, such as 127.0.0.1:8787 or [::1]:8787")
        }
        let isLoopback = address.family == .v4 ? address.bits >> 24 == 127 : address.bits == 1
        self.init(endpoint: .tcp(host: host, port: port), isLocal: isLoopback)
    }
}
