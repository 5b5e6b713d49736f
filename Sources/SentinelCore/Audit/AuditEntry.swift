/// One change that somebody made, as the audit log holds it: who, when, what, before and after, and why.
package struct AuditEntry: Sendable, Equatable {
    /// What the first entry has in place of the hash before it.
    package static let beginning = String(repeating: "0", count: 40)

    /// From 1, without holes; 0 of an entry that is from before the log was chained.
    package var number: Int64
    /// Ms since 1970.
    package var at: Int64
    /// `admin:<name>`, or `sentinel`.
    package var by: String
    /// `block`, `unblock`, `allow`, `disallow`, `review`, `policy`, `token_add`, `token_remove`.
    package var what: String
    /// In its printable form; empty where there is none, or several.
    package var subject: String
    /// What was so before, and is now: JSON, a word, or empty for nothing.
    package var before: String
    package var after: String
    /// Why.
    package var note: String
    /// The hash of the entry before, and this one's, in hexadecimal.
    package var previous: String
    package var hash: String

    package init(
        number: Int64, at: Int64, by: String, what: String, subject: String, before: String, after: String,
        note: String, previous: String, hash: String
    ) {
        self.number = number
        self.at = at
        self.by = by
        self.what = what
        self.subject = subject
        self.before = before
        self.after = after
        self.note = note
        self.previous = previous
        self.hash = hash
    }

    /// Whether it is in the chain at all.
    package var isChained: Bool { !hash.isEmpty }

    /// The hash that it must have: SHA-1 of the one before and of every field with its length, as `lua/audit.lua` says.
    package var computedHash: String {
        var bytes = Array(previous.utf8)
        for field in [String(number), String(at), by, what, subject, before, after, note] {
            bytes.append(contentsOf: "\(field.utf8.count):".utf8)
            bytes.append(contentsOf: field.utf8)
        }
        return SHA1.hex(of: bytes)
    }
}
