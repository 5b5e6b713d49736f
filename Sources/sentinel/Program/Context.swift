/// What a running command gets: the shared options, the environment, and where to write.
struct Context: Sendable {
    let globals: GlobalOptions
    /// Read once at the start.
    let environment: [String: String]
    let output: Output
    /// What stands behind stderr.
    let errorTerminal: Terminal
    /// Writes to stderr.
    let report: @Sendable (String) -> Void

    /// The Redis to talk to: `--redis`, `SENTINEL_REDIS`, else the socket of `sentinel up`.
    var redisURL: String {
        globals.redis ?? DataFolder.redisURL(environment)
    }

    /// ms since 1970.
    var now: Int64 { output.clock() }

    /// A remark for people, on stderr in every format.
    func notice(_ text: String) {
        report("sentinel: " + SafeText.escape(text) + "\n")
    }

    /// A progress line on stderr.
    /// - Parameters:
    ///   - label: what is being done, in our own words: `replaying`.
    ///   - unit: what is counted: `events`.
    ///   - total: how many there will be, if known.
    func progress(_ label: String, unit: String, total: Int64? = nil) -> Progress {
        Progress(label, unit: unit, total: total, terminal: errorTerminal, report: report)
    }
}
