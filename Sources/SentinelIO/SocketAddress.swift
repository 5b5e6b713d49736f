import Glibc

/// An address the kernel understands: IPv4 or IPv6 with a port, or the path of a unix socket.
struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    private var length: socklen_t = 0

    var family: Int32 { Int32(storage.ss_family) }

    /// Nil when the path is empty, holds a NUL or is longer than the kernel takes (107 bytes).
    init?(path: String) {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < capacity, !bytes.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        self.init(copying: &address, length: MemoryLayout<sockaddr_un>.size)
    }

    /// Nil unless `host` is a numeric IPv4 or IPv6 address.
    init?(numericHost host: String, port: UInt16) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            self.init(copying: &v4, length: MemoryLayout<sockaddr_in>.size)
        } else if inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            self.init(copying: &v6, length: MemoryLayout<sockaddr_in6>.size)
        } else {
            return nil
        }
    }

    /// A copy of what `address` points at; `length` bytes of it, at most the size of a `sockaddr_storage`.
    init(copying address: UnsafeRawPointer, length: Int) {
        let length = min(length, MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: length))
        }
        self.length = socklen_t(length)
    }

    /// The address a socket is bound to.
    init?(boundTo file: Int32) {
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(file, $0, &length) }
        }
        guard result == 0 else { return nil }
        self.length = length
    }

    /// The port of an IPv4 or IPv6 address, else 0.
    var port: UInt16 {
        withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET: bytes.load(as: sockaddr_in.self).sin_port.bigEndian
            case AF_INET6: bytes.load(as: sockaddr_in6.self).sin6_port.bigEndian
            default: 0
            }
        }
    }

    /// The IPv4 or IPv6 address as text, without the port; nil for others.
    var numericHost: String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let isText = withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET:
                var address = bytes.load(as: sockaddr_in.self).sin_addr
                return inet_ntop(AF_INET, &address, &text, socklen_t(text.count)) != nil
            case AF_INET6:
                var address = bytes.load(as: sockaddr_in6.self).sin6_addr
                return inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil
            default: return false
            }
        }
        guard isText else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A new non-blocking socket of the address's family.
    func makeSocket() throws(IOError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let file = socket(family, type, 0)
        guard file >= 0 else { throw IOError(errno: errno, "cannot make a socket") }
        return file
    }
}
