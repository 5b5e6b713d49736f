import Glibc
import SentinelCore
import SentinelDaemon
import SentinelRedis

extension Parameter {
    /// `--by`: who is named in the audit log.
    static func by(_ path: Property<Target, String?>) -> Self {
        .option("by", nil, path, .string("name"), "who does it, for the audit log (default: $USER)")
    }

    /// `--note` of a change.
    static func note(_ path: Property<Target, String?>, _ help: String = "for the audit log") -> Self {
        .option("note", nil, path, .string("text"), help)
    }
}

extension Context {
    /// `admin:<name>`, as blocks and the audit log name people. The name itself is no proof of who it was.
    func admin(_ by: String?) -> String {
        let user = ["USER", "LOGNAME"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let name = by ?? user ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "unknown"
        return name.hasPrefix("admin:") ? name : "admin:" + name
    }

    /// Changes subjects one after another. What Redis refuses of one is told, and does not hold up the others; the code
    /// is that of the last one that failed.
    func forEach(_ subjects: [Subject], _ change: (Subject) async throws -> ExitCode) async throws -> ExitCode {
        var code = ExitCode.ok
        for subject in subjects {
            do {
                let result = try await change(subject)
                if result != .ok { code = result }
            } catch let error as APIFailure where error.status == 400 || error.status == 409 {
                let failure = Failure(mapping: error)
                try output.flush()
                notice(failure.message)
                code = failure.code
            } catch let error as RedisError {
                let failure = Failure(mapping: error)
                guard case .server(let word) = error.code, ["BADARG", "ALLOWED"].contains(word) else { throw error }
                try output.flush()
                notice(failure.message)
                code = failure.code
            }
        }
        return code
    }
}

extension Term {
    /// The longest that Redis takes, ten years; longer is permanent.
    private static let longest = Duration.seconds(3650 * 86_400)

    func validate() throws(ValueProblem) {
        if case .limited(let duration) = self, duration > Self.longest {
            throw ValueProblem("--duration: longer than ten years is permanent")
        }
    }

    /// Nil is permanent.
    var duration: Duration? {
        if case .limited(let duration) = self { duration } else { nil }
    }

    /// `for 4h`, `for good`
    var words: String {
        if case .limited(let duration) = self { "for \(DurationText.show(duration))" } else { "for good" }
    }
}
