/// Turns the bytes of a recording into events, a chunk at a time, in memory that does not grow with the recording.
///
/// A record that is no event ends JSON lines and CSV with an error, for there it is a mistake. Access logs hold whatever
/// strangers sent, so there such lines are skipped and counted.
package struct EventDecoder {
    /// Bytes that one record may have: a text at its limit with every byte escaped, and the rest.
    package static let maximumRecord = 8 << 20

    /// Records that were left out.
    package private(set) var skipped = 0
    /// The first of them, with their lines.
    package private(set) var skippedExamples: [EventError] = []
    /// Columns of a CSV file that say nothing about an event.
    package private(set) var ignoredColumns: [String] = []

    private static let maximumExamples = 10

    private let format: EventFormat
    private let skipsBadRecords: Bool
    private let defaultKind: String?
    private let fields: [String: Policy.FieldType]
    private var isAtStart = true
    /// Lines: the part of the last line that has come so far, and how many lines came before it.
    private var pending: [UInt8] = []
    private var lines = 0
    private var csv = CSVReader(maximumRecord: maximumRecord)
    private var columns: CSVEventDecoder?

    /// - Parameters:
    ///   - skipsBadRecords: True for access logs by default. Broken quoting in CSV is an error all the same.
    ///   - defaultKind: Of CSV records that do not say their kind.
    ///   - fields: What the policy names besides the built-in fields (``Policy/fields``).
    package init(
        format: EventFormat, skipsBadRecords: Bool? = nil, defaultKind: String? = nil,
        fields: [String: Policy.FieldType] = [:]
    ) {
        self.format = format
        self.fields = fields
        self.defaultKind = defaultKind
        self.skipsBadRecords = skipsBadRecords ?? (format == .accessLog)
    }

    /// Appends the events of all records that `chunk` completes. After an error the decoder is of no more use.
    package mutating func decode(_ chunk: [UInt8], into events: inout [Event]) throws(EventError) {
        if chunk.isEmpty { return }
        var chunk = chunk
        if isAtStart {
            // The mark may come in pieces: wait until there is enough to tell.
            pending += chunk
            if pending.count < Self.mark.count { return }
            chunk = Array(Self.withoutMark(pending))
            pending = []
            isAtStart = false
        }
        switch format {
        case .csv: try decodeRecords(chunk, into: &events)
        case .jsonLines, .accessLog: try decodeLines(chunk, into: &events)
        }
    }

    /// The end of the recording: appends the event of a last record without a line break.
    package mutating func finish(into events: inout [Event]) throws(EventError) {
        if isAtStart {
            isAtStart = false
            let start = pending
            pending = []
            try decode(start, into: &events)
        }
        switch format {
        case .csv: if try csv.finish() { try completeRecord(into: &events) }
        case .jsonLines, .accessLog:
            if !pending.isEmpty { try decodeLine(pending, in: pending.indices, into: &events) }
        }
    }

    // MARK: Lines

    private mutating func decodeLines(_ chunk: [UInt8], into events: inout [Event]) throws(EventError) {
        var start = 0
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if pending.isEmpty {
                try decodeLine(chunk, in: start..<end, into: &events)
            } else {
                let line = pending + chunk[start..<end]
                pending.removeAll(keepingCapacity: true)
                try decodeLine(line, in: line.indices, into: &events)
            }
            start = end + 1
        }
        pending += chunk[start...]
        if pending.count > Self.maximumRecord {
            throw EventError("the line is longer than \(Self.maximumRecord) bytes", line: lines + 1)
        }
    }

    private mutating func decodeLine(
        _ bytes: [UInt8], in range: Range<Int>, into events: inout [Event]
    ) throws(EventError) {
        lines += 1
        var range = range
        if let last = range.last, bytes[last] == UInt8(ascii: "\r") { range.removeLast() }
        if bytes[range].allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return }
        do throws(EventError) {
            switch format {
            case .accessLog: events.append(try AccessLogDecoder.event(bytes[range]))
            default: events.append(try JSONEventDecoder.event(bytes, in: range, fields: fields))
            }
        } catch {
            try skip(EventError(error.message, line: lines, column: error.column))
        }
    }

    // MARK: CSV

    private mutating func decodeRecords(_ chunk: [UInt8], into events: inout [Event]) throws(EventError) {
        var position = 0
        while try csv.read(chunk, from: &position) { try completeRecord(into: &events) }
    }

    private mutating func completeRecord(into events: inout [Event]) throws(EventError) {
        if csv.isBlank { return }
        guard let columns else {
            let columns = try CSVEventDecoder(header: csv, defaultKind: defaultKind, fields: fields)
            ignoredColumns = columns.ignoredColumns
            self.columns = columns
            return
        }
        do throws(EventError) { events.append(try columns.event(csv)) } catch { try skip(error) }
    }

    private mutating func skip(_ error: EventError) throws(EventError) {
        guard skipsBadRecords else { throw error }
        skipped += 1
        if skippedExamples.count < Self.maximumExamples { skippedExamples.append(error) }
    }

    // MARK: The byte order mark

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Without the byte order mark that some programs put before UTF-8.
    static func withoutMark(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    }
}
