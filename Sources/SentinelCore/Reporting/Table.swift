/// What was measured: a title, named columns, rows of texts and numbers, and notes below.
package struct Table: Sendable {
    package enum Cell: Sendable {
        case text(String)
        case count(Int)
        /// 0…1, shown in percent.
        case share(Double?)
        /// Shown with its unit, as `4.2 µs`.
        case number(Double, String)
    }

    package var title: String
    package var columns: [String]
    package var rows: [[Cell]] = []
    package var notes: [String] = []

    package init(_ title: String, columns: [String]) {
        self.title = title
        self.columns = columns
    }

    package func text() -> String {
        let cells = [columns] + rows.map { $0.map(\.shown) }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var text = "\(title)\n"
        for row in cells {
            let padded = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }
            text += "  " + padded.joined(separator: "  ") + "\n"
        }
        for note in notes { text += "  \(note)\n" }
        return text
    }

    package static func json(_ tables: [Table]) -> String {
        String(decoding: JSONWriter.bytes(value(tables)), as: UTF8.self)
    }

    /// The tables as an array of objects, their rows by the names of the columns.
    package static func value(_ tables: [Table]) -> JSONValue {
        .array(
            tables.map { table in
                JSONValue.object([
                    .init("title", .string(table.title)),
                    .init(
                        "rows",
                        .array(
                            table.rows.map { row in
                                .object(zip(table.columns, row).map { .init($0, $1.json) })
                            })),
                    .init("notes", .array(table.notes.map { .string($0) })),
                ])
            })
    }
}

extension Table.Cell {
    fileprivate var shown: String {
        switch self {
        case .text(let text): text
        case .count(let count): "\(count)"
        case .share(nil): "–"
        case .share(let share?): "\((share * 10_000).rounded() / 100) %"
        case .number(let number, let unit): "\((number * 100).rounded() / 100)\(unit.isEmpty ? "" : " " + unit)"
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .count(let count): .int(Int64(count))
        case .share(nil): .null
        case .share(let share?): .double(share)
        case .number(let number, _): .double(number)
        }
    }
}
