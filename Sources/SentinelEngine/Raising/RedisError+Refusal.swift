import SentinelRedis

extension RedisError {
    /// Whether `sentinel_raise` will never take the flag it was called with: a wrong argument, or a foreign key in its
    /// way. Everything else (no memory, read only, no library, fenced …) is about Redis or about us.
    var refusesThisFlag: Bool {
        switch code {
        case .wrongType: true
        case .server(let word): ["BADARG", "BADSTATE", "ERR"].contains(word)
        default: false
        }
    }
}
