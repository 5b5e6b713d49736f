import Glibc

/// The signals that end or reload a daemon, taken one at a time by the main thread.
///
/// Call `block()` first thing in a synchronous `main`, before any thread exists (threads inherit the mask), start the
/// work on loops, then let the main thread `wait()`.
package enum Signals {
    /// What a daemon reacts to.
    package enum Signal: Sendable {
        case terminate
        case interrupt
        case hangUp
    }

    /// Keeps TERM, INT and HUP from ending the process; they wait for `wait()`.
    package static func block() {
        var set = watched()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Blocks the calling thread until one of the signals comes. Never on a loop or in a task.
    @available(*, noasync)
    package static func wait() -> Signal {
        var set = watched()
        while true {
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            switch number {
            case SIGTERM: return .terminate
            case SIGINT: return .interrupt
            case SIGHUP: return .hangUp
            default: continue
            }
        }
    }

    /// A write to a connection the peer closed becomes an error instead of ending the process. Loops call it.
    package static func ignoreBrokenPipes() {
        signal(SIGPIPE, SIG_IGN)
    }

    private static func watched() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGHUP)
        return set
    }
}
