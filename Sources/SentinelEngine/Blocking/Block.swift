package import SentinelCore

/// An active block, as the public key holds it.
package struct Block: Sendable, Equatable {
    package enum Action: String, Sendable, CaseIterable {
        case block, challenge, throttle
    }

    package enum Reason: String, Sendable, CaseIterable {
        case abuse = "ABUSE"
        case maliciousContent = "MALICIOUS_CONTENT"
        case spam = "SPAM"
        case fraud = "FRAUD"
        case manual = "MANUAL"
    }

    package var subject: Subject
    package var action: Action
    package var reason: String
    package var rule: String?
    package var incident: String?
    package var ref: String
    package var by: String
    package var note: String?
    /// Ms since 1970.
    package var since: Int64
    /// Ms since 1970; nil is permanent.
    package var until: Int64?

    /// Reads the JSON of a block; nil for anything else.
    package init?(_ subject: Subject, json: [UInt8]) {
        guard let value = try? JSONReader.read(json), value["since"]?.integer != nil else { return nil }
        self.init(subject, value)
    }

    /// A block that was just set by hand.
    package init(
        _ subject: Subject, action: Action, reason: Reason, ref: String, by: String, note: String?, since: Int64,
        until: Int64?
    ) {
        self.init(subject, .null)
        self.action = action
        self.reason = reason.rawValue
        self.ref = ref
        self.by = by
        self.note = note
        self.since = since
        self.until = until
    }

    /// A block of which only the key is there: somebody else wrote it, or took its details away. Edges obey it all
    /// the same.
    package init(unknown subject: Subject) {
        self.init(subject, .null)
    }

    private init(_ subject: Subject, _ value: JSONValue) {
        self.subject = subject
        action = value["action"]?.text.flatMap(Action.init) ?? .block
        reason = value["reason"]?.text ?? "MANUAL"
        rule = value["rule"]?.text
        incident = value["incident"]?.text
        ref = value["ref"]?.text ?? ""
        by = value["by"]?.text ?? ""
        note = value["note"]?.text
        since = value["since"]?.integer ?? 0
        until = value["until"]?.integer
    }
}

extension JSONValue {
    /// The string, if it is one.
    package var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The whole number, if it is one.
    package var integer: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }
}
