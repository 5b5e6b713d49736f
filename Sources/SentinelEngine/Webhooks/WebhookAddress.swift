import SentinelIO

/// Where a webhook's requests go: an `http` or `https` URL (RFC 3986), taken apart.
///
/// Strict, so that no two programs can read it differently: no user, no fragment, printable ASCII only.
package struct WebhookAddress: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL as it was given: a secret, for some receivers know their callers by it.
    package let text: String
    let endpoint: Endpoint
    let security: TransportSecurity
    /// For the field `Host`.
    let authority: String
    /// Path and query; begins with `/`.
    let target: String

    /// The host, and the port if it is named.
    package var host: String { authority }

    /// Not the path: what is printed may end in a log.
    package var description: String { authority }
    package var debugDescription: String { description }

    /// What is wrong with a URL.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Most bytes of a URL.
    private static let maximumBytes = 2048

    package init(parsing text: String) throws(Invalid) {
        guard text.utf8.count <= Self.maximumBytes, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Invalid(description: "want a URL of at most 2048 printable ASCII characters")
        }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else {
            throw Invalid(description: "want a URL that begins with https:// or http://")
        }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let target = rest.dropFirst(authority.count)
        guard !authority.contains(where: { "@\\".contains($0) }), !target.contains("#") else {
            throw Invalid(description: "want no user, password or fragment in the URL")
        }
        let (host, port) = try Self.split(authority, standardPort: isSecure ? 443 : 80)
        self.text = text
        self.authority = String(authority)
        self.target = target.hasPrefix("/") ? String(target) : "/" + target
        endpoint = .tcp(host: host, port: port)
        security = isSecure ? .tls(serverName: host) : .none
    }

    /// `host`, `host:port`, `[v6]:port`
    private static func split(_ authority: Substring, standardPort: UInt16) throws(Invalid) -> (String, UInt16) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":"), host.contains(":") else {
                throw Invalid(description: "want [address]:port")
            }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
        }
        let isName = authority.hasPrefix("[") || host.allSatisfy { $0.isLetter || $0.isNumber || "-._".contains($0) }
        guard !host.isEmpty, isName else { throw Invalid(description: "the URL names no host") }
        guard let port else { return (String(host), standardPort) }
        guard port.allSatisfy({ $0.isNumber }), let number = UInt16(port), number > 0 else {
            throw Invalid(description: "the port of the URL is not one: 1 to 65535")
        }
        return (String(host), number)
    }
}
