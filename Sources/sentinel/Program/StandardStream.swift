import Glibc

/// Writing to stdout and stderr whole, whatever the kernel takes at once.
enum StandardStream {
    static let output = STDOUT_FILENO
    static let error = STDERR_FILENO

    /// Writes every byte, waiting where the other side is slow.
    /// Throws ``Failure/outputClosed`` when nobody reads any more (EPIPE; SIGPIPE must be ignored).
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let (written, code) = bytes.withUnsafeBytes { buffer in
                let written = Glibc.write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                return (written, errno)
            }
            if written >= 0 {
                offset += written
                continue
            }
            switch code {
            case EINTR: continue
            case EAGAIN:
                // Somebody made a shared terminal non-blocking.
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = Glibc.poll(&poll, 1, -1)
            case EPIPE: throw .outputClosed
            default: throw Failure(.failure, "cannot write: \(String(cString: strerror(code)))")
            }
        }
    }

    /// Writes a message to stderr as it is. If even that fails there is nobody left to tell.
    static func report(_ text: String) {
        guard !text.isEmpty else { return }
        try? write(Array(text.utf8), to: error)
    }
}
