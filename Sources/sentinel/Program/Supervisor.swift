import Glibc
import Synchronization

/// Runs asynchronous work from a synchronous `main`: the calling thread waits for the end of the work and for signals.
enum Supervisor {
    /// Sent by the work to the waiting thread, so that one `sigwait` hears of both signals and the end.
    private static let done = SIGUSR2

    /// Runs the body in a task of its own. The first SIGINT or SIGTERM cancels the task; the second ends the process
    /// at once with 130, for work that does not listen.
    ///
    /// Must be called before other threads exist: they inherit the blocked signals, so that only this thread gets them.
    /// A child process that is spawned later inherits them too and must be given an empty mask.
    static func run(_ body: @escaping @Sendable () async -> ExitCode) -> ExitCode {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in [SIGINT, SIGTERM, done] { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)

        let waiter = pthread_self()
        let result = Result()
        let task = Task.detached {
            let code = await body()
            result.code.withLock { $0 = code }
            pthread_kill(waiter, done)
        }
        var first: Int32?
        while true {
            var signal: Int32 = 0
            guard sigwait(&signals, &signal) == 0 else { continue }
            if let code = result.code.withLock({ $0 }) {
                return code == .interrupted && first == SIGTERM ? .terminated : code
            }
            guard signal != done else { continue }
            if first != nil { _exit(ExitCode.interrupted.rawValue) }
            first = signal
            task.cancel()
        }
    }

    private final class Result: Sendable {
        let code = Mutex<ExitCode?>(nil)
    }
}
