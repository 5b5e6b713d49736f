import Glibc

/// A program that this process has started, and that dies with it.
package struct ChildProcess: Sendable {
    package let id: Int32
    private let loop: EventLoop

    /// Starts `arguments[0]`, found through PATH, with its output appended to the file `output`.
    ///
    /// The child has no blocked signals, and a process group of its own: a Ctrl-C at the terminal reaches only us, who
    /// end it in good order. When this process dies, however, the kernel sends it `deathSignal`. The kernel takes the
    /// *thread* that starts a child for its parent, so children are started on the loop's thread and end with the loop.
    package static func start(
        _ arguments: [String], output: String, deathSignal: String = "KILL", on loop: EventLoop
    ) async throws(IOError) -> ChildProcess {
        let result = await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: spawn(arguments, output: output, deathSignal: deathSignal)) }
        }
        return ChildProcess(id: try result.get(), loop: loop)
    }

    private static func spawn(_ arguments: [String], output: String, deathSignal: String) -> Result<pid_t, IOError> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &broken)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        // setpriv is part of util-linux, which Debian always has.
        let full = ["setpriv", "--pdeathsig", deathSignal] + arguments
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

    /// Waits for the end, and kills it when that takes longer than `patience`.
    package func waitForEnd(patience: Duration = .seconds(5)) async {
        let deadline = ContinuousClock.now + patience
        var wasKilled = false
        while !hasEnded() {
            if !wasKilled && ContinuousClock.now > deadline {
                send(SIGKILL)
                wasKilled = true
            }
            // A cancelled task waits all the same: nobody else will collect the child.
            await Task { [loop] in try? await loop.sleep(for: .milliseconds(5)) }.value
        }
    }
}
