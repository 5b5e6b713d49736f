import Glibc
import Synchronization

/// A finished program: what it wrote and how it ended.
struct Subprocess {
    let output: String
    let errors: String
    /// The exit code, or 128 + the signal that ended it.
    let code: Int32

    struct CannotStart: Error {
        let path: String
        let code: Int32
    }

    /// The built `sentinel`, which lies beside the test bundle.
    static var sentinel: String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        let path = buffer[..<length]
        let folder = path.prefix(upTo: path.lastIndex(of: UInt8(ascii: "/")) ?? path.endIndex)
        return String(decoding: folder, as: UTF8.self) + "/sentinel"
    }

    /// Runs `sentinel` with exactly this environment.
    static func sentinel(_ arguments: String..., environment: [String: String] = [:]) throws -> Subprocess {
        try run(sentinel, arguments, environment: environment)
    }

    /// Runs a program found in `PATH`, feeds it `input` (less than a pipe holds), and waits for its end.
    static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = ""
    ) throws -> Subprocess {
        let child = try spawning.withLock { _ in try spawn(program, arguments, environment) }
        defer { for descriptor in [child.output, child.errors] { close(descriptor) } }
        if !input.isEmpty { _ = write(child.input, input, input.utf8.count) }
        close(child.input)

        // stdout to its end first: nothing here writes more to stderr than a pipe holds.
        let output = readAll(child.output)
        let errors = readAll(child.errors)
        var status: Int32 = 0
        while waitpid(child.pid, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return Subprocess(output: output, errors: errors, code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
    }

    private struct Child {
        let pid: pid_t
        let input: Int32
        let output: Int32
        let errors: Int32
    }

    /// One at a time: between `pipe` and `FD_CLOEXEC` another child would inherit the ends and keep them open.
    private static let spawning = Mutex(())

    private static func spawn(
        _ program: String, _ arguments: [String], _ environment: [String: String]
    ) throws -> Child {
        let (input, output, errors) = (closingPipe(), closingPipe(), closingPipe())
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)

        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + variables { free(pointer) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, program, &actions, nil, &argv, &variables)
        for descriptor in [input.read, output.write, errors.write] { close(descriptor) }
        guard code == 0 else {
            for descriptor in [input.write, output.read, errors.read] { close(descriptor) }
            throw CannotStart(path: program, code: code)
        }
        return Child(pid: pid, input: input.write, output: output.read, errors: errors.read)
    }

    private static func closingPipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
