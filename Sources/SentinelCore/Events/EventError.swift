/// Why a record is not an event, and where in its recording.
package struct EventError: Error, Sendable, Equatable, CustomStringConvertible {
    /// In words, naming the field: `"tokens" must be a whole number from 0 to 9007199254740991`.
    package var message: String
    /// From 1. A CSV record with line breaks in it is known by its first line.
    package var line: Int?
    /// From 1, in bytes.
    package var column: Int?

    package init(_ message: String, line: Int? = nil, column: Int? = nil) {
        self.message = message
        self.line = line
        self.column = column
    }

    package var description: String {
        switch (line, column) {
        case (let line?, let column?): "line \(line), column \(column): \(message)"
        case (let line?, nil): "line \(line): \(message)"
        case (nil, let column?): "column \(column): \(message)"
        case (nil, nil): message
        }
    }
}
