/// How a recording is written.
package enum EventFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case jsonLines
    /// RFC 4180 with a header.
    case csv
    /// Common or combined log format.
    case accessLog

    /// Tells the format from the beginning of a recording and, where that leaves it open, from its name.
    /// - Parameters:
    ///   - name: The file's name or path; a final `.gz` does not count.
    ///   - start: The first bytes, uncompressed; some KB, so that the first line is whole.
    /// - Returns: Nil if neither tells.
    package static func detect(name: String, start: [UInt8]) -> EventFormat? {
        let first = EventDecoder.withoutMark(start).drop { " \t\r\n".utf8.contains($0) }
        if first.first == UInt8(ascii: "{") { return .jsonLines }
        let line = first.prefix { $0 != UInt8(ascii: "\n") }
        if (try? AccessLogDecoder.event(line)) != nil { return .accessLog }
        if isHeader(Array(line)) { return .csv }

        var name = name[...]
        if name.hasSuffix(".gz") { name = name.dropLast(3) }
        if [".jsonl", ".ndjson", ".json"].contains(where: name.hasSuffix) { return .jsonLines }
        if name.hasSuffix(".csv") { return .csv }
        if name.hasSuffix(".log") || name.split(separator: "/").last?.hasPrefix("access") == true { return .accessLog }
        return nil
    }

    private static func isHeader(_ line: [UInt8]) -> Bool {
        var reader = CSVReader(maximumRecord: 1 << 16)
        var position = 0
        guard (try? reader.read(line, from: &position)) == false, (try? reader.finish()) == true else { return false }
        return (try? CSVEventDecoder(header: reader)) != nil
    }
}
