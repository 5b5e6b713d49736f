/// Why a daemon's API did not do what it was asked.
package struct APIFailure: Error, Sendable, CustomStringConvertible {
    /// Of the answer; nil where there was none.
    package var status: Int?
    package var message: String

    package var description: String { message }
}
