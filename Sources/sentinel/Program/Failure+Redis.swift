import SentinelRedis

extension Failure {
    /// What a script and a person should know of an error of Redis, or of the function library in it.
    init(redis error: RedisError) {
        switch error.code {
        case .cancelled: self.init(.interrupted, "")
        case .badAddress, .notSupported: self.init(.usage, error.message)
        case .noFunction:
            self.init(
                .failure, "the function library is not loaded in the Redis at \(error.address ?? "that address")",
                hint: "'sentinel up' and 'sentinel run' load it.")
        case .noAuth:
            self.init(
                .failure, error.description, hint: "User and password go into the address: redis://user:password@host")
        case .server("BADARG"): self.init(.usage, Self.withoutHead(error.message))
        case .server("ALLOWED"): self.init(.failure, Self.withoutHead(error.message))
        case .protocolError: self.init(.unreachable, error.description)
        case _ where error.isRetriable: self.init(.unreachable, error.description)
        default: self.init(.failure, error.description)
        }
    }

    /// The text of an error of the library without its code and the function's name: `BADARG sentinel_block: …`.
    private static func withoutHead(_ message: String) -> String {
        let text = message.drop { $0 != " " }.dropFirst()
        let function = text.prefix { $0 != ":" }
        guard function.hasPrefix("sentinel_"), !function.contains(" ") else { return String(text) }
        return String(text.dropFirst(function.count + 1).drop { $0 == " " })
    }
}
