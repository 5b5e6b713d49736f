import Glibc
import Synchronization

/// Turns endpoints into addresses. Names are looked up on helper threads, because `getaddrinfo` blocks.
enum Resolver {
    typealias Answer = Result<[SocketAddress], IOError>

    /// Lookups that may be under way at once in the process. A broken name server holds a thread for many seconds.
    static let limit = 16
    private static let running = Mutex(0)

    /// The address of a numeric host or a path; nil when a name must be looked up.
    static func numeric(_ endpoint: Endpoint) throws(IOError) -> SocketAddress? {
        switch endpoint {
        case .tcp(let host, let port):
            // C would read it up to there, and go somewhere else.
            if host.utf8.contains(0) {
                throw IOError(.badAddress, "\(host.debugDescription) cannot be a host: it has a NUL")
            }
            return SocketAddress(numericHost: host, port: port)
        case .unix(let path):
            if let address = SocketAddress(path: path) { return address }
            throw IOError(.badAddress, "\(path.debugDescription) cannot be a socket's path: 1 to 107 bytes, no NUL")
        }
    }

    /// Looks up a name and calls `answer` on a thread of its own.
    static func look(up host: String, port: UInt16, _ answer: @escaping @Sendable (Answer) -> Void) {
        let isFree = running.withLock { running in
            if running >= limit { return false }
            running += 1
            return true
        }
        guard isFree else {
            return answer(.failure(IOError(.nameNotFound, "cannot look up \(host): too many lookups under way")))
        }
        do {
            try LoopThread.start(name: "resolver") {
                let result = addresses(of: host, port: port)
                running.withLock { $0 -= 1 }
                answer(result)
            }
        } catch {
            running.withLock { $0 -= 1 }
            answer(.failure(error))
        }
    }

    private static func addresses(of host: String, port: UInt16) -> Answer {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard result == 0 else {
            let reason = String(cString: gai_strerror(result))
            return .failure(IOError(.nameNotFound, "cannot look up \(host.debugDescription): \(reason)"))
        }
        let addresses = sequence(first: list) { $0?.pointee.ai_next }
            .prefix { $0 != nil }
            .compactMap { entry -> SocketAddress? in
                guard let info = entry?.pointee, let address = info.ai_addr else { return nil }
                return SocketAddress(copying: address, length: Int(info.ai_addrlen))
            }
        return .success(addresses)
    }
}
