import Glibc

/// Where something was measured: times mean nothing without it.
enum Machine {
    static let cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))

    static let cpu: String = {
        let line = read("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        return line.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "unknown processor"
    }()

    /// The commit of the working folder, `unknown` outside of one.
    static let commit: String = {
        let line = output(of: "git rev-parse --short HEAD 2>/dev/null").prefix { !$0.isWhitespace }
        return line.isEmpty ? "unknown" : String(line)
    }()

    /// What a shell's command prints; blocks until it ends.
    static func output(of command: String) -> String {
        guard let pipe = popen(command, "r") else { return "" }
        defer { pclose(pipe) }
        var text = ""
        var piece = [CChar](repeating: 0, count: 4096)
        while fgets(&piece, Int32(piece.count), pipe) != nil {
            text += String(decoding: piece.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        return text
    }

    static var description: String {
        #if DEBUG
            let build = ", DEBUG BUILD: these numbers mean nothing"
        #else
            let build = ""
        #endif
        return "\(cores) cores, \(cpu), commit \(commit)\(build)"
    }

    /// The CPU time of the calling thread, in seconds.
    static func threadTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What the processors did since the machine started, in ticks.
    struct Ticks {
        var all = 0.0
        var idle = 0.0
        /// Taken by the machine's host for others: what was measured meanwhile is slower than it need be.
        var stolen = 0.0

        /// `man 5 proc`, the line `cpu` of `/proc/stat`: user nice system idle iowait irq softirq steal.
        static var now: Ticks {
            let values = read("/proc/stat").prefix { $0 != "\n" }.split(separator: " ").dropFirst().prefix(8)
                .map { Double($0) ?? 0 }
            guard values.count == 8 else { return Ticks() }
            return Ticks(all: values.reduce(0, +), idle: values[3] + values[4], stolen: values[7])
        }
    }

    private static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
