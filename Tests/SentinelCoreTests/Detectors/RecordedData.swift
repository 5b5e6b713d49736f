import Glibc
import Testing

/// Labelled real recordings to judge detectors by, in the folder that `SENTINEL_DATA` names. They are not part of the
/// repository; tests that use them are switched off without them, and say so.
enum RecordedData {
    static let folder = getenv("SENTINEL_DATA").map { String(cString: $0) }

    /// The rows of a gzipped CSV file (RFC 4180) behind its header, each with at least `columns` fields.
    static func rows(_ path: String, columns: Int) throws -> [[[UInt8]]] {
        let file = try #require(folder) + "/" + path
        try #require(access(file, R_OK) == 0, "\(file) cannot be read")
        let pipe = try #require(popen("exec zcat -f -- '\(file)'", "r"))
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        }
        return parse(bytes).dropFirst().filter { $0.count >= columns }
    }

    private static func parse(_ bytes: [UInt8]) -> [[[UInt8]]] {
        let (quote, comma, newline) = (UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\n"))
        var rows: [[[UInt8]]] = []
        var row: [[UInt8]] = []
        var field: [UInt8] = []
        var isQuoted = false
        var index = 0
        let span = bytes.span
        while index < span.count {
            let byte = span[index]
            index += 1
            if isQuoted {
                if byte != quote {
                    field.append(byte)
                } else if index < span.count, span[index] == quote {
                    field.append(quote)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == quote {
                isQuoted = true
            } else if byte == comma {
                row.append(field)
                field = []
            } else if byte == newline {
                row.append(field)
                rows.append(row)
                row = []
                field = []
            } else if byte != UInt8(ascii: "\r") {
                field.append(byte)
            }
        }
        return rows
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
