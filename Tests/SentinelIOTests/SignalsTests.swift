import Glibc
import SentinelIO
import Testing

struct SignalsTests {
    // Not async: it waits on the thread it runs on, and raises the signals for that thread alone.
    @Test func `blocked signals end nothing and are given out by waiting`() {
        Signals.block()
        defer {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_UNBLOCK, &all, nil)
        }
        for (number, signal) in [(SIGHUP, Signals.Signal.hangUp), (SIGTERM, .terminate), (SIGINT, .interrupt)] {
            raise(number)
            #expect(Signals.wait() == signal)
        }
    }
}
