/// A file or the standard input as plain bytes, whether it is compressed with gzip or not. Memory does not grow with it.
///
/// Blocks while it reads; belongs to one thread.
final class PlainFile {
    private let file: InputFile
    private let gzip: GzipDecoder?
    /// What was read to find out whether it is compressed.
    private var start: [UInt8]?

    /// - Parameter path: `-` is the standard input.
    init(path: String) throws(RecordingError) {
        file = try InputFile(path: path)
        var first = try file.read()
        while first.count < GzipDecoder.magic.count, case let more = try file.read(), !more.isEmpty { first += more }
        gzip = first.starts(with: GzipDecoder.magic) ? GzipDecoder() : nil
        if let gzip { gzip.feed(first) } else { start = first }
    }

    /// For messages: the path, or `stdin`.
    var name: String { file.name }
    /// Of the file as it lies on the disk.
    var bytesRead: Int64 { file.bytesRead }
    /// How much of the file has been read, 0…1; nil for a pipe, whose end nobody knows.
    var fraction: Double? { file.size.map { $0 == 0 ? 1 : min(1, Double(file.bytesRead) / Double($0)) } }

    /// The next plain bytes, nil at the end.
    func next() throws(RecordingError) -> [UInt8]? {
        guard let gzip else {
            if let start {
                self.start = nil
                return start.isEmpty ? nil : start
            }
            let chunk = try file.read()
            return chunk.isEmpty ? nil : chunk
        }
        do {
            while true {
                let chunk = try gzip.next()
                if !chunk.isEmpty { return chunk }
                let compressed = try file.read()
                if compressed.isEmpty { break }
                gzip.feed(compressed)
            }
            try gzip.finish()
            return nil
        } catch let failure as GzipDecoder.Failure {
            throw RecordingError(failure.rawValue, file: file.name)
        } catch let error as RecordingError {
            throw error
        } catch {
            throw RecordingError("\(error)", file: file.name)
        }
    }
}
