internal import SentinelIO

/// What went wrong between here and Redis, or what Redis answered instead of a result.
package struct RedisError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure, closed so that callers can switch on it.
    package enum Code: Hashable, Sendable {
        /// Nobody listens at the address, or its name cannot be looked up.
        case connectionRefused
        /// The server took no connection, or did not greet, in time.
        case connectTimeout
        /// No reply in time. The command may have been executed.
        case timeout
        /// The connection broke while the reply was awaited. The command may have been executed.
        case connectionLost
        /// The peer does not speak RESP, or sent a reply nobody asked for.
        case protocolError
        /// Too many requests, or bytes of them, wait already; this one was not sent.
        case queueFull
        /// The client was closed, or its loop stopped.
        case closed
        /// The waiting task was cancelled. The command may have been executed.
        case cancelled
        /// The address is not one; the message says where.
        case badAddress
        /// The address asks for something this build cannot do.
        case notSupported
        /// The reply is of another kind than the caller expected.
        case unexpectedReply

        /// `LOADING`: the server reads its data set from disk.
        case loading
        /// `BUSY`: a script or function runs for too long.
        case busy
        /// `READONLY`: the server is a replica.
        case readOnly
        /// `OOM`: over `maxmemory`, and the command needs more.
        case outOfMemory
        /// `NOSCRIPT`: no script with this hash.
        case noScript
        /// `ERR Function not found`: the library is not loaded.
        case noFunction
        /// `WRONGTYPE`: the key holds another type.
        case wrongType
        /// `NOPERM`: the access list forbids it.
        case noPermission
        /// `NOAUTH` or `WRONGPASS`: no password, or a wrong one.
        case noAuth
        /// Any other error reply; the first word of it, such as `ERR` or `MISCONF`.
        case server(String)
    }

    package let code: Code
    /// A sentence for people: for error replies the server's own words.
    package let message: String
    /// The server it happened with, as the address is written, without its password.
    package var address: String?

    package init(_ code: Code, _ message: String, address: String? = nil) {
        self.code = code
        self.message = message
        self.address = address
    }

    /// "Redis at unix:/run/redis.sock: no reply within 5 s".
    package var description: String {
        address.map { "Redis at \($0): \(message)" } ?? message
    }

    /// Whether the same request may well succeed a little later. After some of these the first try may have been
    /// executed: only a request that does no harm twice should be sent again.
    package var isRetriable: Bool {
        switch code {
        case .connectionRefused, .connectTimeout, .timeout, .connectionLost, .loading, .busy: true
        case .server(let word): ["MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"].contains(word)
        default: false
        }
    }

    /// Reads the text of an error reply, without its leading `-`.
    init(reply text: String) {
        let word = text.prefix { $0 != " " }
        let code: Code =
            switch word {
            case "LOADING": .loading
            case "BUSY": .busy
            case "READONLY": .readOnly
            case "OOM": .outOfMemory
            case "NOSCRIPT": .noScript
            case "WRONGTYPE": .wrongType
            case "NOPERM": .noPermission
            case "NOAUTH", "WRONGPASS": .noAuth
            case "ERR" where text.hasPrefix("ERR Function not found"): .noFunction
            default: .server(String(word))
            }
        self.init(code, text)
    }

    init(_ error: IOError, address: String?) {
        let code: Code =
            switch error.code {
            case .connectionRefused, .nameNotFound, .system: .connectionRefused
            case .connectionLost: .connectionLost
            case .writeQueueFull: .queueFull
            case .notSecure: .notSupported
            case .loopStopped: .closed
            case .badAddress: .badAddress
            }
        self.init(code, error.message, address: address)
    }
}
