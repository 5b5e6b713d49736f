package import SentinelIO

/// Where a Redis server is, and who we are there.
///
/// Written as `redis://[user:password@]host[:port][/db]`, `unix:///path[?db=n]` or `unix:/path[?db=n]`; parts may be
/// percent-encoded. `rediss://`, `redis+sentinel://` and `redis+cluster://` are known, and refused as not yet supported.
package struct RedisAddress: Hashable, Sendable, CustomStringConvertible {
    package let endpoint: Endpoint
    package let username: String?
    package let password: String?
    /// The number of the database, 0 unless given.
    package let database: Int

    package init(endpoint: Endpoint, username: String? = nil, password: String? = nil, database: Int = 0) {
        self.endpoint = endpoint
        self.username = username
        self.password = password
        self.database = database
    }

    /// Parses an address. Throws `badAddress` with what is wrong, or `notSupported`; never repeats the password.
    package init(parsing text: String) throws(RedisError) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Self.bad("it has no scheme; write redis://host:6379 or unix:/path")
        }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon] {
        case "redis": try self.init(authority: rest)
        case "unix": try self.init(unixPath: rest)
        case "rediss":
            _ = try RedisAddress(authority: rest)
            throw RedisError(.notSupported, "rediss:// needs TLS, which is not yet supported")
        case "redis+sentinel": throw RedisError(.notSupported, "redis+sentinel:// is not yet supported")
        case "redis+cluster": throw RedisError(.notSupported, "redis+cluster:// is not yet supported")
        case let scheme: throw Self.bad("the scheme \(String(scheme).debugDescription) is none of redis, unix")
        }
    }

    /// The address without user and password.
    package var description: String {
        let suffix = database == 0 ? "" : (isUnix ? "?db=\(database)" : "/\(database)")
        return "\(isUnix ? "" : "redis://")\(endpoint)\(suffix)"
    }

    private var isUnix: Bool { if case .unix = endpoint { true } else { false } }

    // MARK: Parsing

    private static func bad(_ reason: String) -> RedisError {
        RedisError(.badAddress, "the Redis address cannot be used: \(reason)")
    }

    /// `//[user:password@]host[:port][/db]`
    private init(authority text: Substring) throws(RedisError) {
        guard text.hasPrefix("//") else { throw Self.bad("after the scheme there must be //") }
        var rest = text.dropFirst(2)
        guard !rest.contains("?"), !rest.contains("#") else {
            throw Self.bad("nothing may follow the database (encode ? as %3F and # as %23)")
        }
        var (username, password): (String?, String?)
        // The last @: some passwords hold one, however they should be written.
        if let at = rest.lastIndex(of: "@") {
            (username, password) = try Self.credentials(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        var database = 0
        if let slash = rest.firstIndex(of: "/") {
            let number = rest[rest.index(after: slash)...]
            if !number.isEmpty { database = try Self.databaseNumber(number) }
            rest = rest[..<slash]
        }
        self.init(
            endpoint: try Self.hostAndPort(rest),
            username: username,
            password: password,
            database: database
        )
    }

    /// `///path[?db=n]` or `/path[?db=n]`
    private init(unixPath text: Substring) throws(RedisError) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let encoded = parts[0].hasPrefix("//") ? parts[0].dropFirst(2) : parts[0]
        guard encoded.hasPrefix("/") else {
            throw Self.bad("the path of the socket must begin with /, as in unix:/run/redis.sock")
        }
        let path = try Self.decoded(encoded, "path")
        guard path.utf8.count <= 107, !path.utf8.contains(0) else {
            throw Self.bad("the path of a socket has at most 107 bytes and no NUL; this one has \(path.utf8.count)")
        }
        var database = 0
        if parts.count == 2 {
            guard parts[1].hasPrefix("db=") else { throw Self.bad("after the path only ?db=<number> may follow") }
            database = try Self.databaseNumber(parts[1].dropFirst(3))
        }
        self.init(endpoint: .unix(path: path), database: database)
    }

    private static func credentials(_ text: Substring) throws(RedisError) -> (username: String?, password: String) {
        guard let colon = text.firstIndex(of: ":") else {
            throw bad("before the @ there must be user:password, or :password")
        }
        let user = try decoded(text[..<colon], "user")
        return (user.isEmpty ? nil : user, try decoded(text[text.index(after: colon)...], "password"))
    }

    private static func hostAndPort(_ text: Substring) throws(RedisError) -> Endpoint {
        var (host, port) = (text, Substring())
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw bad("the [ of the IPv6 address is not closed") }
            host = text[text.index(after: text.startIndex)..<end]
            port = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[colon...]
        }
        let name = try decoded(host, "host")
        guard !name.isEmpty, !name.utf8.contains(0) else { throw bad("the host is missing, or has a NUL") }
        if port.isEmpty { return .tcp(host: name, port: 6379) }
        guard port.hasPrefix(":"), let number = UInt16(port.dropFirst()), number > 0 else {
            throw bad("the port must be a number from 1 to 65535 (IPv6 addresses stand in brackets)")
        }
        return .tcp(host: name, port: number)
    }

    private static func databaseNumber(_ text: Substring) throws(RedisError) -> Int {
        guard let number = Int(text), (0...65_535).contains(number) else {
            throw bad("the database \(String(text).debugDescription) is not a number from 0 to 65535")
        }
        return number
    }

    /// Undoes percent-encoding.
    private static func decoded(_ text: Substring, _ part: String) throws(RedisError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else if rest.count >= 2, let high = hexValue(rest.first!), let low = hexValue(rest.dropFirst().first!) {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                throw bad("in the \(part) a % is not followed by two hexadecimal digits (write %25 for a %)")
            }
        }
        guard let string = String(validating: bytes, as: UTF8.self) else { throw bad("the \(part) is not UTF-8") }
        return string
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map(UInt8.init)
    }
}
