package import SentinelCore

/// Reads a recorded file, or the standard input, as events: JSON lines, CSV or an access log, compressed with gzip or
/// not, which it finds out by itself. Memory does not grow with the recording.
///
/// Blocks while it reads; belongs to one thread.
package final class RecordingReader {
    package let format: EventFormat
    /// Events so far.
    package private(set) var count = 0
    /// Events so far that were earlier than the one before them. If there are any, replaying in this order would let
    /// windows miss things: `SortedRecording` puts them right.
    package private(set) var lateEvents = 0

    private let file: PlainFile
    private var decoder: EventDecoder
    /// Uncompressed bytes that were read to find out the format.
    private var start: [UInt8]?
    private var isAtEnd = false
    private var latest = Int64.min
    /// What stands behind the events that were given last.
    private var failure: RecordingError?

    /// - Parameters:
    ///   - path: `-` is the standard input.
    ///   - format: Nil to find it out.
    ///   - skipsBadRecords: Nil for true in access logs, false elsewhere; see `EventDecoder`.
    ///   - defaultKind: Of CSV records that do not say their kind.
    ///   - fields: What the policy names besides the built-in fields.
    package init(
        path: String, format: EventFormat? = nil, skipsBadRecords: Bool? = nil, defaultKind: String? = nil,
        fields: [String: Policy.FieldType] = [:]
    ) throws(RecordingError) {
        let file = try PlainFile(path: path)
        var start: [UInt8] = []
        // A pipe may give a line in pieces.
        while start.count < InputFile.chunkSize, !start.contains(UInt8(ascii: "\n")), let more = try file.next() {
            start += more
        }
        guard let format = format ?? EventFormat.detect(name: path, start: start) else {
            throw RecordingError(
                "this is neither JSON lines, nor CSV with a header that says when and who, nor an access log",
                file: file.name)
        }
        self.file = file
        self.start = start
        self.format = format
        decoder = EventDecoder(
            format: format, skipsBadRecords: skipsBadRecords, defaultKind: defaultKind, fields: fields)
    }

    /// For messages: the path, or `stdin`.
    package var name: String { file.name }
    /// How much of the file has been read, 0…1; nil for a pipe, whose end nobody knows.
    package var fraction: Double? { file.fraction }
    package var bytesRead: Int64 { file.bytesRead }
    /// Records that were left out, and the first of them.
    package var skipped: Int { decoder.skipped }
    package var skippedExamples: [RecordingError] {
        decoder.skippedExamples.map { RecordingError($0, file: file.name) }
    }
    /// Columns of a CSV file that say nothing about an event.
    package var ignoredColumns: [String] { decoder.ignoredColumns }

    /// The events of the next piece of the recording (64 KB: some hundreds), in its own order; nil at the end.
    /// Of a record that is no event it throws once all events before it were given; the recording ends there.
    package func nextBatch() throws(RecordingError) -> [Event]? {
        var events: [Event] = []
        while events.isEmpty {
            if let failure {
                self.failure = nil
                throw failure
            }
            if isAtEnd { return nil }
            let chunk = try nextChunk()
            isAtEnd = chunk == nil
            do throws(EventError) {
                if let chunk { try decoder.decode(chunk, into: &events) } else { try decoder.finish(into: &events) }
            } catch {
                isAtEnd = true
                failure = RecordingError(error, file: file.name)
            }
        }
        for event in events {
            let at = event.at ?? latest
            if at < latest { lateEvents += 1 }
            latest = at
        }
        count += events.count
        return events
    }

    private func nextChunk() throws(RecordingError) -> [UInt8]? {
        if let start {
            self.start = nil
            return start
        }
        return try file.next()
    }
}
