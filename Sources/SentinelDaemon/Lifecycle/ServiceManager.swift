import Glibc

/// Tells systemd how the service does (`Type=notify`): a datagram to the socket that `NOTIFY_SOCKET` names.
/// <https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html>
package enum ServiceManager {
    /// Does nothing where nobody manages the process, and when the datagram cannot be sent.
    /// - Parameter state: `READY=1`, `STOPPING=1`, `STATUS=…`, lines.
    package static func notify(_ state: String) {
        guard let name = getenv("NOTIFY_SOCKET").map({ String(cString: $0) }) else { return }
        var bytes = Array(name.utf8)
        guard bytes.count > 1, bytes.count < 108, bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@") else {
            return
        }
        // An abstract name begins with a NUL.
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(state.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(socket, text, text.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }
}
