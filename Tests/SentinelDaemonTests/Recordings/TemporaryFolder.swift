import CZlib
import Glibc

/// A folder of its own for one test, gone with it.
final class TemporaryFolder {
    let path: String
    private var files: [String] = []

    init() {
        var template = Array("/tmp/sentinel-recordings-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }

    /// - Returns: The path of a new file with these bytes.
    func write(_ bytes: [UInt8], as name: String) -> String {
        let (file, path) = create(name)
        _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
        return path
    }

    /// The bytes, compressed; each part becomes a gzip member of its own.
    func writeCompressed(_ parts: [[UInt8]], as name: String) -> String {
        let (file, path) = create(name)
        close(file)
        for part in parts {
            let gzip = gzopen(path, "ab")
            _ = part.withUnsafeBytes { gzwrite(gzip, $0.baseAddress, UInt32($0.count)) }
            gzclose(gzip)
        }
        return path
    }

    func read(_ path: String) -> [UInt8] {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            count = max(0, Glibc.read(file, buffer.baseAddress, buffer.count))
        }
    }

    private func create(_ name: String) -> (Int32, String) {
        let path = "\(path)/\(name)"
        files.append(path)
        return (open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600), path)
    }
}
