import Glibc

/// A name for this process that no other has: `host:pid:random`.
enum ProcessName {
    static func unique() -> String {
        var name = [CChar](repeating: 0, count: 65)
        gethostname(&name, 64)
        let host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        return "\(host):\(getpid()):\(String(UInt32.random(in: .min ... .max), radix: 16))"
    }
}
