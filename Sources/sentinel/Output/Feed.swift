/// Rows that come one at a time and are shown at once: live alerts, replayed verdicts.
///
/// People get aligned lines without a box, programs one JSON object a line (JSON lines) or CSV with its header first.
struct Feed<Row> {
    /// Columns grow to what they hold, up to this; a longer value only moves its own line.
    private static var widest: Int { 32 }

    private let output: Output
    private let columns: [Column<Row>]
    private var widths: [Int]
    private var hasHeader = false

    init(output: Output, columns: [Column<Row>]) {
        self.output = output
        self.columns = columns
        widths = columns.filter(\.isListed).map { min(Self.widest, DisplayWidth.of($0.heading)) }
    }

    /// Writes the row and flushes, so that a reader sees it now.
    mutating func append(_ row: Row) throws {
        switch output.format {
        case .human: try output.write(line(row))
        case .json: try output.write(JSONText.write(output.object(row, columns)) + "\n")
        case .raw:
            if !hasHeader { try output.write(CSV.line(columns.map(\.name)) + "\n") }
            hasHeader = true
            try output.write(CSV.line(columns.map { $0.value(row).raw }) + "\n")
        }
        try output.flush()
    }

    private mutating func line(_ row: Row) -> String {
        let listed = columns.filter(\.isListed)
        var text = ""
        var room = output.terminal.width ?? .max
        for (index, column) in listed.enumerated() where room > 0 {
            let cell = output.cell(column, row)
            let clipped = DisplayWidth.clip(cell.text, to: min(room, 4096))
            let width = DisplayWidth.of(clipped)
            widths[index] = min(Self.widest, max(widths[index], width))
            text += cell.tone.paint(clipped, output.colours)
            guard index < listed.count - 1 else { break }
            let padding = max(0, widths[index] - width) + 2
            text += String(repeating: " ", count: padding)
            room -= width + padding
        }
        return text + "\n"
    }
}
