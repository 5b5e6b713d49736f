import SentinelCore
import SentinelDaemon
import SentinelRedis

/// Why a command did not do what it should, for a person to read and a script to tell apart.
struct Failure: Error, Equatable {
    let code: ExitCode
    /// One sentence; empty for ends that need no words.
    let message: String
    /// What to do about it, on a line of its own.
    var hint: String?

    init(_ code: ExitCode = .failure, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The reader of our output went away (`… | head`): nothing is wrong and nothing more is to do.
    static let outputClosed = Failure(.ok, "")

    /// A command whose work is not built in yet.
    static func notWired(_ command: String) -> Failure {
        Failure(.failure, "'\(command)' is not wired yet")
    }

    /// The one place where errors of every module become exit codes.
    init(mapping error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let problem as UsageProblem: self.init(.usage, problem.message, hint: problem.hint)
        case let problem as ValueProblem: self.init(.usage, problem.message)
        case let problems as PolicyProblems: self.init(policy: problems)
        case let error as RedisError: self.init(redis: error)
        case let error as APIFailure: self.init(api: error)
        case is CancellationError: self.init(.interrupted, "")
        default: self.init(.failure, String(describing: error))
        }
    }

    /// A policy that cannot be right: the first of what is wrong, and where all of it is told.
    private init(policy problems: PolicyProblems) {
        let count = problems.problems.count + problems.omitted
        self.init(
            .usage, problems.problems[0].description,
            hint: count == 1 ? nil : "'sentinel policy check' tells all \(count) problems. Nothing was changed.")
    }

    /// What an API would not do, or that there is none.
    private init(api error: APIFailure) {
        switch error.status {
        case nil, 503: self.init(.unreachable, error.message)
        case 400, 422: self.init(.usage, error.message)
        case 401:
            self.init(
                .failure, error.message, hint: "A token goes into SENTINEL_TOKEN; 'sentinel token add' makes one.")
        case 404: self.init(.notFound, error.message)
        default: self.init(.failure, error.message)
        }
    }

    /// What is written to stderr: `sentinel: …` and the hint; nothing without a message.
    var report: String {
        guard !message.isEmpty else { return "" }
        let hintLine = hint.map { SafeText.escape($0) + "\n" } ?? ""
        return "sentinel: " + SafeText.escape(message) + "\n" + hintLine
    }
}
