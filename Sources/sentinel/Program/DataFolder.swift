import Glibc

/// Where `sentinel up` keeps its Redis, and where every other command looks for it.
enum DataFolder {
    /// `$XDG_DATA_HOME/sentinel`, by default `~/.local/share/sentinel`
    /// (<https://specifications.freedesktop.org/basedir-spec/latest/>: relative values are ignored).
    static func path(_ environment: [String: String]) -> String {
        if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/sentinel" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/share/sentinel" }
        // Services are often started without HOME.
        guard let entry = getpwuid(getuid()), let home = entry.pointee.pw_dir else { return "/var/lib/sentinel" }
        return String(cString: home) + "/.local/share/sentinel"
    }

    /// The address of the Redis that `sentinel up` starts there.
    static func redisURL(_ environment: [String: String]) -> String {
        "unix://" + path(environment) + "/redis.sock"
    }
}
