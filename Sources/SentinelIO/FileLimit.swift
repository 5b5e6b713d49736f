import Glibc

/// How many files, sockets among them, the process may have open.
enum FileLimit {
    /// Raises the soft limit to `count` if it is lower, as far as the hard limit lets it. Many systems begin with 1024.
    static func raise(to count: Int) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < count else {
            return
        }
        limit.rlim_cur = min(limit.rlim_max, rlim_t(count))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
