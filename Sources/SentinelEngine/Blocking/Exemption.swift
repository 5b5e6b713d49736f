package import SentinelCore

/// A subject on the allow list, which goes before every block.
package struct Exemption: Sendable, Equatable {
    package var subject: Subject
    package var by: String
    package var note: String?
    /// Ms since 1970.
    package var since: Int64
    /// Ms since 1970; nil is permanent.
    package var until: Int64?

    /// Reads the JSON of an exemption; what is missing in it stays empty.
    package init(_ subject: Subject, json: [UInt8]) {
        let value = (try? JSONReader.read(json)) ?? .null
        self.subject = subject
        by = value["by"]?.text ?? ""
        note = value["note"]?.text
        since = value["since"]?.integer ?? 0
        until = value["until"]?.integer
    }
}
