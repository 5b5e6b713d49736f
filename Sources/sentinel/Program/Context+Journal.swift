import SentinelEngine

extension Context {
    /// What a running Sentinel has to say, on stderr.
    var journal: Journal {
        Journal { level, message in
            report("sentinel: " + (level == .info ? "" : "\(level.rawValue): ") + SafeText.escape(message) + "\n")
        }
    }
}
