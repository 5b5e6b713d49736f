/// A value of a YAML document, with its place in the file.
package struct YAMLNode: Sendable, Equatable {
    /// A place in a file: line and column (in characters), both from 1.
    package struct Position: Sendable, Hashable {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package enum Content: Sendable, Equatable {
        /// A word, a number, a text: YAML does not tell them apart where it is read into a known form. `isPlain`: not quoted.
        case text(String, isPlain: Bool)
        case list([YAMLNode])
        /// In the order of the file; no key twice.
        case mapping([Entry])
    }

    package struct Entry: Sendable, Equatable {
        package var key: String
        package var keyPosition: Position
        package var value: YAMLNode
    }

    package var content: Content
    package var position: Position

    /// Nothing stands there: `key:`, `~` or `null`.
    package var isEmpty: Bool {
        if case .text(let text, isPlain: true) = content { ["", "~", "null"].contains(text) } else { false }
    }
}
