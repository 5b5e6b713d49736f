package import SentinelCore
package import SentinelEngine

/// Reads a list of blocks from a file, compressed with gzip or not.
package enum BlockListFile {
    /// Bytes of a list, at most.
    private static let mostBytes = 64 << 20

    /// Throws what is wrong with the file, or with the list as a whole. Blocks while it reads.
    /// - Parameters:
    ///   - path: `-` is the standard input.
    ///   - format: nil goes by the name: `.csv`, `.jsonl` or `.ndjson` (and `.gz` behind it), else plain.
    package static func read(_ path: String, _ format: BlockListFormat?) throws(EventError) -> BlockListReader {
        var bytes: [UInt8] = []
        do throws(RecordingError) {
            let file = try PlainFile(path: path)
            while let chunk = try file.next() {
                bytes += chunk
                if bytes.count > mostBytes { break }
            }
        } catch {
            throw EventError(error.message)
        }
        guard bytes.count <= mostBytes else { throw EventError("more than \(mostBytes >> 20) MB") }
        return try BlockListReader(bytes, format ?? self.format(of: path))
    }

    private static func format(of path: String) -> BlockListFormat {
        let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        if name.hasSuffix(".csv") { return .csv }
        return name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") ? .jsonl : .plain
    }
}
