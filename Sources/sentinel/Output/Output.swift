import SentinelCore
import Synchronization

/// Where a command's results go: one switch (`-o`) between tables, JSON and CSV, and one place that knows the terminal.
///
/// Texts given to it may come from anywhere; they are made safe here.
final class Output: Sendable {
    /// Writes all bytes, or throws (``Failure/outputClosed`` when nobody reads any more).
    typealias Sink = @Sendable ([UInt8]) throws -> Void

    let format: OutputFormat
    let terminal: Terminal
    /// Whether colours are written (`--color`, `NO_COLOR`, a terminal).
    let colours: Bool
    /// ms since 1970; relative times are seen from here.
    let clock: @Sendable () -> Int64
    private let sink: Sink
    private let buffer = Mutex<[UInt8]>([])
    private static let bufferSize = 65_536

    init(
        format: OutputFormat, terminal: Terminal, colours: Bool, clock: @escaping @Sendable () -> Int64,
        sink: @escaping Sink
    ) {
        self.format = format
        self.terminal = terminal
        self.colours = colours
        self.clock = clock
        self.sink = sink
    }

    /// Writes a list: a table, an array of objects, or CSV with its header.
    /// - Parameter empty: the sentence that people see instead of a table without rows.
    func list<Row>(_ rows: [Row], _ columns: [Column<Row>], empty: String) throws {
        switch format {
        case .human:
            guard !rows.isEmpty else { return try line(empty) }
            let listed = columns.filter(\.isListed)
            let table = Table(
                headings: listed.map { .init(text: $0.heading, clips: $0.clips) },
                rows: rows.map { row in listed.map { cell($0, row) } }
            )
            try write(table.render(.init(boxed: terminal.isInteractive, width: terminal.width, colours: colours)))
        case .json:
            try write("[")
            for (index, row) in rows.enumerated() {
                try write((index == 0 ? "\n" : ",\n") + JSONText.write(object(row, columns)))
            }
            try write(rows.isEmpty ? "]\n" : "\n]\n")
        case .raw:
            try write(CSV.line(columns.map(\.name)) + "\n")
            for row in rows { try write(CSV.line(columns.map { $0.value(row).raw }) + "\n") }
        }
    }

    /// Writes one record: a heading and a value per line, one object, or CSV with one line.
    func one<Row>(_ row: Row, _ columns: [Column<Row>]) throws {
        switch format {
        case .human:
            let width = columns.map { DisplayWidth.of($0.heading) }.max() ?? 0
            for column in columns {
                let padding = String(repeating: " ", count: width - DisplayWidth.of(column.heading) + 2)
                let cell = cell(column, row)
                try write(
                    Tone.strong.paint(column.heading, colours) + padding + cell.tone.paint(cell.text, colours) + "\n")
            }
        case .json:
            try write(JSONText.write(object(row, columns)) + "\n")
        case .raw:
            try list([row], columns, empty: "")
        }
    }

    /// A list without an end: rows are written as they come.
    func feed<Row>(_ columns: [Column<Row>]) -> Feed<Row> {
        Feed(output: self, columns: columns)
    }

    /// Writes a sentence for people; programs (`-o json`, `-o raw`) get nothing.
    func say(_ text: String, _ tone: Tone = .plain) throws {
        guard format == .human else { return }
        try line(text, tone)
    }

    /// Writes one line in every format. The text is escaped, so it stays one line.
    func line(_ text: String, _ tone: Tone = .plain) throws {
        try write(tone.paint(SafeText.escape(text), colours) + "\n")
    }

    /// Writes text of our own as it is: help, completions, recorded events. Never anything that came from outside.
    func write(_ text: String) throws {
        let full = buffer.withLock { buffer in
            buffer.append(contentsOf: text.utf8)
            return buffer.count >= Self.bufferSize
        }
        if full { try flush() }
    }

    /// Hands everything written so far to the terminal or pipe. Done for a command at its end.
    func flush() throws {
        let bytes = buffer.withLock { buffer in
            let bytes = buffer
            buffer.removeAll(keepingCapacity: true)
            return bytes
        }
        if !bytes.isEmpty { try sink(bytes) }
    }

    // MARK: Rows

    /// A row's value for people, safe and on one line.
    func cell<Row>(_ column: Column<Row>, _ row: Row) -> Table.Cell {
        let value = column.value(row)
        let text = SafeText.escape(value.human(now: clock(), absent: column.absent))
        return Table.Cell(text: text, alignsRight: value.isNumber, tone: column.tone(row))
    }

    /// A row as a JSON object.
    func object<Row>(_ row: Row, _ columns: [Column<Row>]) -> JSONValue {
        .object(columns.map { .init($0.name, $0.value(row).json) })
    }
}
