import SentinelEngine

extension Context {
    /// What a running Sentinel has to say, on stderr.
    var journal: Journal { journal(LogOptions()) }

    /// The same, as a log collector wants it.
    func journal(_ options: LogOptions) -> Journal {
        Journal { level, message in
            guard options.includes(level) else { return }
            report(options.line(level, message, namespace: globals.namespace, at: now))
        }
    }
}
