import SentinelCore

/// Why a recording cannot be read, with its file and, where it is about one record, the line.
package struct RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// As the user named it; `stdin` for `-`.
    package let file: String
    package let message: String
    /// From 1.
    package let line: Int?
    /// From 1, in bytes.
    package let column: Int?

    package init(_ message: String, file: String, line: Int? = nil, column: Int? = nil) {
        self.message = message
        self.file = file
        self.line = line
        self.column = column
    }

    init(_ error: EventError, file: String) {
        self.init(error.message, file: file, line: error.line, column: error.column)
    }

    /// `events.csv:12: "at" is missing`, as compilers write it.
    package var description: String {
        ([file] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":") + ": " + message
    }
}
