package import SentinelCore

/// One thing in the life of a subject: what it did, what was found, what was done about it. What does not apply is nil.
package struct TimelineItem: Sendable, Equatable {
    /// Unique among the items of a subject: lower-case letters, digits, `_` and `-`.
    package var id: String
    /// `event`, `report`, `incident`, `block`, `unblock`, `allow`, `disallow`, `review`
    package var type: String
    /// Ms since 1970; of an incident, when its first flag was raised.
    package var at: Int64
    /// In words.
    package var description: String
    /// Of an incident.
    package var severity: Rule.Severity?
    /// Of an event: what was done, what Redis answered (`allow`, `limit`), how the text begins, and on what it was done.
    package var kind: String?
    package var verdict: String?
    package var text: String?
    package var object: String?
    /// The rules behind it.
    package var rules: [String] = []
    /// Who, and from which address; ids in their printable form.
    package var user: String?
    package var ip: String?
    /// Who changed something (`sentinel`, `admin:<name>`), and why.
    package var by: String?
    package var note: String?
    /// The incident that it is about or that led to it, and the block's short id.
    package var incident: String?
    package var ref: String?

    package init(id: String, type: String, at: Int64, description: String) {
        self.id = id
        self.type = type
        self.at = at
        self.description = description
    }

    init(_ entry: ActivityEntry) {
        let isReport = entry.kind == "report"
        let rules = entry.rules.joined(separator: ", ")
        let words =
            isReport
            ? "reported: \(rules)"
            : entry.kind + (entry.isRefused ? " refused" : "") + (rules.isEmpty ? "" : " (\(rules))")
        self.init(id: "e\(entry.position)", type: isReport ? "report" : "event", at: entry.at, description: words)
        if !isReport {
            kind = entry.kind
            verdict = entry.isRefused ? "limit" : "allow"
        }
        self.rules = entry.rules
        text = entry.text.map { String(decoding: $0, as: UTF8.self) }
        object = entry.object.map(PercentEncoding.encode)
        user = entry.user.map(PercentEncoding.encode)
        ip = entry.ip.map { String(decoding: $0, as: UTF8.self) }
    }

    init(_ found: Incident) {
        self.init(id: found.id, type: "incident", at: found.first, description: found.description)
        severity = found.severity
        rules = [found.rule]
        user = found.user.map(PercentEncoding.encode)
        ip = found.ip
        incident = found.id
        ref = found.ref
    }

    init(_ change: SubjectChange, of subject: Subject) {
        let reviewed = change.incidents.first
        let id = (["a\(change.at)", change.what] + (reviewed.map { [$0] } ?? [])).joined(separator: "-")
        self.init(id: id, type: change.what, at: change.at, description: "\(subject): \(change.what)")
        by = change.by
        note = change.note
        incident = reviewed
        switch change.what {
        case "review": description = "reviewed as \(change.after)"
        case "block", "unblock":
            guard let block = change.block(subject) else { break }
            ref = block.ref
            incident = block.incident
            rules = [block.rule].compactMap(\.self)
            if change.what == "block" {
                let end = block.until.map { "until \(Timestamp(milliseconds: $0).iso8601)" } ?? "for good"
                description = "\(subject): \(block.action.rawValue) \(end) (\(block.reason))"
            }
        default: break
        }
    }
}

/// The newest first: events, incidents and changes of one subject, a page at a time, and what its figures say.
package struct Timeline: Sendable, Equatable {
    package var subject: Subject
    package var days: Int64
    package var items: [TimelineItem]
    /// Where the next page begins; nil at the end.
    package var next: String?
    /// Entries of the log in these days; more than there are items where the policy keeps fewer.
    package var events: Int64
    /// Different objects of its posts, among the events that are kept.
    package var conversations: Int
    package var analysis: PatternAnalysis
    package var block: Standing<Block>?
    package var isExempt: Bool

    /// Whether anything is known of it.
    package var isKnown: Bool { events > 0 || !items.isEmpty || block != nil || isExempt || analysis.incidents > 0 }

    /// A place in a timeline: everything after it is older, or equally old with a lesser id.
    struct Place: Equatable {
        var at: Int64
        var id: String

        init(_ item: TimelineItem) {
            at = item.at
            id = item.id
        }

        /// `<ms>.<id>`; nil for anything else.
        init?(parsing text: String) {
            let parts = text.split(separator: ".", maxSplits: 1)
            guard parts.count == 2, let at = Int64(parts[0]) else { return nil }
            self.at = at
            id = String(parts[1])
        }

        var text: String { "\(at).\(id)" }

        func isBefore(_ item: TimelineItem) -> Bool { (item.at, item.id) < (at, id) }
    }
}
