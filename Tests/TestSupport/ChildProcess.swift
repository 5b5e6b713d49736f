package import Glibc
import SentinelIO

/// A program that runs beside the tests, and dies with them.
package struct ChildProcess: Sendable {
    package let id: pid_t

    /// Lives as long as the test process. The kernel kills a child when the *thread* that started it ends, so all are
    /// started here, and not on a thread of the pool, which may end when it is idle.
    private static let starter = try! EventLoop(name: "starter")

    /// Starts `arguments[0]`, found through PATH, with its output in the file `log`.
    package static func start(_ arguments: [String], log: String) async throws -> ChildProcess {
        let result = await withCheckedContinuation { continuation in
            starter.execute { continuation.resume(returning: spawn(arguments, log: log)) }
        }
        return ChildProcess(id: try result.get())
    }

    private static func spawn(_ arguments: [String], log: String) -> Result<pid_t, IOError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let full = ["setpriv", "--pdeathsig", "KILL"] + arguments
        var pointers = full.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var id: pid_t = 0
        let number = posix_spawnp(&id, "setpriv", &actions, &attributes, &pointers, environ)
        return number == 0 ? .success(id) : .failure(IOError(errno: number, "cannot start \(arguments[0])"))
    }

    package func send(_ signal: Int32) {
        kill(id, signal)
    }

    /// Whether it has ended; then its number must not be used any more.
    package func hasEnded() -> Bool {
        var status: Int32 = 0
        return waitpid(id, &status, WNOHANG) != 0
    }

    /// Waits for the end; kills it when that takes more than five seconds.
    package func waitForEnd() async {
        let deadline = ContinuousClock.now + .seconds(5)
        var wasKilled = false
        while !hasEnded() {
            if !wasKilled && ContinuousClock.now > deadline {
                send(SIGKILL)
                wasKilled = true
            }
            try? await Self.starter.sleep(for: .milliseconds(1))
        }
    }
}
