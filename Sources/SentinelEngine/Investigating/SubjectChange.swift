package import SentinelCore

/// What somebody changed about a subject: blocked, unblocked, allowed, reviewed.
package struct SubjectChange: Sendable, Equatable {
    /// `block`, `unblock`, `allow`, `disallow`, `review`
    package var what: String
    /// Ms since 1970.
    package var at: Int64
    package var by: String
    package var note: String?
    /// As the audit log has it: the JSON of a block, or a disposition.
    package var after: String
    package var before: String

    package init(what: String, at: Int64, by: String, note: String?, after: String = "", before: String = "") {
        self.what = what
        self.at = at
        self.by = by
        self.note = note
        self.after = after
        self.before = before
    }

    /// Reads what the function library wrote; nil for anything else.
    init?(json: [UInt8]) {
        guard let value = try? JSONReader.read(json), let what = value["what"]?.text, let at = value["at"]?.integer
        else {
            return nil
        }
        self.init(
            what: what, at: at, by: value["by"]?.text ?? "",
            note: value["note"]?.text.flatMap { $0.isEmpty ? nil : $0 }, after: value["after"]?.text ?? "",
            before: value["before"]?.text ?? "")
    }

    /// The block that it set, or lifted.
    package func block(_ subject: Subject) -> Block? {
        Block(subject, json: Array((what == "block" ? after : before).utf8))
    }

    /// The incidents that a review was about.
    package var incidents: [String] {
        guard what == "review", case .object(let members)? = try? JSONReader.read(Array(before.utf8)) else { return [] }
        return members.map(\.name)
    }
}
