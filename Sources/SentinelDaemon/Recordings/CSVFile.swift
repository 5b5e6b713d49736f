import SentinelCore

/// Reads a CSV file, compressed with gzip or not, record by record.
package enum CSVFile {
    /// Blocks while it reads. Blank lines are left out; a record may hold at most 4 MiB.
    package static func read(path: String, _ body: ([[UInt8]]) throws -> Void) throws {
        let file = try PlainFile(path: path)
        var reader = CSVReader(maximumRecord: 4 << 20)
        while let chunk = try file.next() {
            var position = 0
            while try reader.read(chunk, from: &position) { try give(reader, to: body) }
        }
        if try reader.finish() { try give(reader, to: body) }
    }

    private static func give(_ reader: CSVReader, to body: ([[UInt8]]) throws -> Void) rethrows {
        guard !reader.isBlank else { return }
        try body((0..<reader.count).map(reader.field))
    }
}
