/// Why some bytes are not the JSON they should be, and where.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Bytes from the start of the document.
    package let offset: Int
    /// From 1.
    package let line: Int
    /// From 1, counted in bytes.
    package let column: Int
    /// What was expected or is wrong, in words: `expected ':' after the name`.
    package let message: String

    /// - Precondition: `offset` is at most the length of `document`.
    package init(_ message: String, at offset: Int, of document: ArraySlice<UInt8>) {
        let before = document.prefix(offset)
        let newline = UInt8(ascii: "\n")
        self.message = message
        self.offset = offset
        line = 1 + before.count { $0 == newline }
        column = 1 + before.endIndex - (before.lastIndex(of: newline).map { $0 + 1 } ?? before.startIndex)
    }

    package var description: String { "line \(line), column \(column): \(message)" }
}
