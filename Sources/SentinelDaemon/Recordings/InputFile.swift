import Glibc

/// A file or the standard input, open for reading. Blocks while it reads; belongs to one thread.
final class InputFile {
    static let chunkSize = 1 << 16

    /// For messages.
    let name: String
    /// Length in bytes, if it has one (a pipe has none).
    let size: Int64?
    private(set) var bytesRead: Int64 = 0
    private let descriptor: Int32

    /// - Parameter path: `-` is the standard input.
    init(path: String) throws(RecordingError) {
        let isStandardInput = path == "-"
        name = isStandardInput ? "stdin" : path
        descriptor = isStandardInput ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            size = nil
            throw RecordingError(String(cString: strerror(errno)), file: name)
        }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isFile ? Int64(status.st_size) : nil
    }

    deinit {
        if descriptor > STDERR_FILENO { close(descriptor) }
    }

    /// Some bytes, at most `chunkSize`; none at the end.
    func read() throws(RecordingError) -> [UInt8] {
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
            repeat {
                let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                failure = result < 0 ? errno : 0
                count = max(0, result)
            } while failure == EINTR
        }
        guard failure == 0 else { throw RecordingError(String(cString: strerror(failure)), file: name) }
        bytesRead += Int64(chunk.count)
        return chunk
    }
}
