/// Cuts a stream of bytes into CSV records (RFC 4180), a chunk at a time; lines may end in LF too.
///
/// A quote inside a field that does not begin with one stands for itself. Bytes are not decoded.
package struct CSVReader {
    private enum State { case fieldStart, plain, quoted, quoteInQuoted }

    /// The line on which the current record begins, from 1.
    package private(set) var line = 1
    /// The fields of the record that was completed last, one after the other, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var state = State.fieldStart
    private var isComplete = false
    private var lineBreaks = 0
    private let maximumRecord: Int

    /// - Parameter maximumRecord: Bytes that a record may hold.
    package init(maximumRecord: Int) { self.maximumRecord = maximumRecord }

    /// Fields of the completed record.
    package var count: Int { ends.count }

    package func field(_ index: Int) -> [UInt8] { Array(bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]) }

    /// A line with nothing on it.
    package var isBlank: Bool { ends == [0] }

    /// Goes on reading at `position` until a record is complete, or the chunk is used up (false).
    package mutating func read(_ chunk: [UInt8], from position: inout Int) throws(EventError) -> Bool {
        if isComplete { startRecord() }
        while position < chunk.count {
            let byte = chunk[position]
            position += 1
            if byte == UInt8(ascii: "\n") { lineBreaks += 1 }
            switch (state, byte) {
            case (.quoted, UInt8(ascii: "\"")): state = .quoteInQuoted
            case (.quoted, _): bytes.append(byte)
            case (.fieldStart, UInt8(ascii: "\"")): state = .quoted
            case (.quoteInQuoted, UInt8(ascii: "\"")):
                bytes.append(byte)
                state = .quoted
            case (_, UInt8(ascii: ",")): endField()
            case (_, UInt8(ascii: "\n")):
                endRecord()
                return true
            case (.quoteInQuoted, UInt8(ascii: "\r")): break
            case (.quoteInQuoted, _): throw EventError("expected ',' after the closing quote", line: currentLine)
            case (_, _):
                bytes.append(byte)
                state = .plain
            }
            if bytes.count > maximumRecord || ends.count > maximumRecord {
                throw EventError("the record is longer than \(maximumRecord) bytes", line: line)
            }
        }
        return false
    }

    /// The last record, if the stream ended without a line break.
    package mutating func finish() throws(EventError) -> Bool {
        if isComplete { startRecord() }
        if state == .quoted { throw EventError("the quote that opens here is never closed", line: line) }
        if state == .fieldStart, ends.isEmpty { return false }
        endRecord()
        return true
    }

    private var currentLine: Int { line + lineBreaks }

    private mutating func endField() {
        ends.append(bytes.count)
        state = .fieldStart
    }

    private mutating func endRecord() {
        let start = ends.last ?? 0
        if state == .plain, bytes.count > start, bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        endField()
        isComplete = true
    }

    private mutating func startRecord() {
        line += lineBreaks
        lineBreaks = 0
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        isComplete = false
    }
}
