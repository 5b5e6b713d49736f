import Glibc

/// A name for this process that no other has: `host:pid:random`.
enum ProcessName {
    static func unique() -> String {
        "\(host):\(getpid()):\(String(UInt32.random(in: .min ... .max), radix: 16))"
    }

    /// `admin:ada@host`
    static func atHost(_ admin: String) -> String { "\(admin)@\(host)" }

    static var host: String {
        var name = [CChar](repeating: 0, count: 65)
        gethostname(&name, 64)
        return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}
