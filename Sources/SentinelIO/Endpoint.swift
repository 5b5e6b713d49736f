/// Where a socket connects to or listens.
package enum Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A host name or a numeric address (IPv6 without brackets), and a port. Port 0 lets a listener choose one.
    case tcp(host: String, port: UInt16)
    /// A socket file; at most 107 bytes of path.
    case unix(path: String)

    /// As people write it: `127.0.0.1:6379`, `[::1]:6379`, `unix:/run/redis.sock`.
    package var description: String {
        switch self {
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// What protects the bytes on the way.
package enum TransportSecurity: Hashable, Sendable {
    case none
    /// TLS to a server of this name, which it must prove.
    case tls(serverName: String)
}
