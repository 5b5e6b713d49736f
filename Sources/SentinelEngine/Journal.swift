/// Where a running Sentinel says what happens to it: one line per occurrence, for people and log collectors.
package struct Journal: Sendable {
    package enum Level: String, Sendable {
        case info, warning, error
    }

    private let write: @Sendable (Level, String) -> Void

    /// - Parameter write: must not block for long; it is called on event loops.
    package init(_ write: @escaping @Sendable (Level, String) -> Void) {
        self.write = write
    }

    /// Says nothing.
    package static let silent = Journal { _, _ in }

    package func info(_ message: String) { write(.info, message) }
    package func warning(_ message: String) { write(.warning, message) }
    package func error(_ message: String) { write(.error, message) }
}
