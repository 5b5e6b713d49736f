import Glibc

/// Why a socket, a loop or a thread did not do what it was asked to.
package struct IOError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; callers switch on this and print `description`.
    package enum Code: Equatable, Sendable {
        /// Nobody listens there (`ECONNREFUSED`, or a socket file that does not exist).
        case connectionRefused
        /// The name of the host has no address, or could not be looked up now.
        case nameNotFound
        /// The peer closed the connection, or it broke.
        case connectionLost
        /// More bytes wait to be written than the stream's limit; nothing of this write was taken.
        case writeQueueFull
        /// TLS did not come about: the server did not prove its name, or speaks none.
        case notSecure
        /// The loop was stopped.
        case loopStopped
        /// The address cannot be used as it is written.
        case badAddress
        /// Any other answer of the operating system.
        case system
    }

    package let code: Code
    /// A sentence for people, without the code.
    package let message: String
    /// The operating system's error number, where there was one.
    package let errno: Int32?

    package init(_ code: Code, _ message: String, errno: Int32? = nil) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    /// The error that `errno` means after `action` failed, as in "cannot connect to redis:6379: Connection refused".
    package init(errno number: Int32, _ action: String) {
        let code: Code =
            switch number {
            case ECONNREFUSED, ENOENT: .connectionRefused
            case ECONNRESET, EPIPE, ENOTCONN: .connectionLost
            default: .system
            }
        self.init(code, "\(action): \(String(cString: strerror(number)))", errno: number)
    }

    package var description: String { message }
}
