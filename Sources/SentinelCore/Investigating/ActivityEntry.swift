/// One event as the timeline of a subject remembers it.
///
/// Bounded: names are those of the event (256 bytes each at most), the text is an excerpt. 30 to 150 bytes encoded, usually.
package struct ActivityEntry: Sendable, Equatable {
    package var position: LogPosition
    /// Ms since 1970.
    package var at: Int64
    /// The event's own; `report` for an outside verdict.
    package var kind: String
    package var user: [UInt8]?
    /// Canonical text.
    package var ip: [UInt8]?
    /// What was read or acted upon, such as a conversation.
    package var object: [UInt8]?
    /// The beginning of the text, or a report's description; nil where the policy keeps none.
    package var text: [UInt8]?
    package var isAnonymous = false
    /// Refused by a limit.
    package var isRefused = false
    /// The rules that it was over in Redis; of a report, the rule that it names.
    package var rules: [String] = []
    /// 0 or more.
    package var tokens: Int64 = 0

    package init(position: LogPosition, at: Int64, kind: String) {
        self.position = position
        self.at = at
        self.kind = kind
    }

    /// What is remembered of an entry of the log; nil where there is nothing to remember.
    /// - Parameter textBytes: of a text, at most so many; 0 keeps none.
    package init?(_ entry: LogEntry, textBytes: Int) {
        switch entry.content {
        case .unblock: return nil
        case .report(let report):
            self.init(position: entry.position, at: entry.at, kind: "report")
            (user, ip) = (report.user, report.ip)
            rules = [report.rule]
            text = report.description.flatMap { Self.excerpt(of: Array($0.utf8), textBytes) }
        case .event(let event):
            self.init(position: entry.position, at: entry.at, kind: event.kind)
            (user, ip, object) = (event.user, event.ip, event.fields["object"])
            isAnonymous = event.isAnonymous
            isRefused = event.wasLimited
            rules = event.flags.prefix(Self.mostRules).map(\.rule)
            tokens = max(0, event.tokens)
            text = event.text.flatMap { Self.excerpt(of: $0, textBytes) }
        }
    }

    private static let mostRules = 16

    /// The beginning of a text; a character of UTF-8 is not cut in two.
    private static func excerpt(of text: [UInt8], _ most: Int) -> [UInt8]? {
        guard most > 0 else { return nil }
        guard text.count > most else { return text }
        var end = most
        // A character has at most three bytes after its first.
        while end > max(0, most - 3), text[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(text[..<end])
    }
}

// MARK: - Stored form

extension ActivityEntry {
    private static let version: UInt8 = 1
    private static let longestText = 4096

    /// Version, position, time, marks, then names, text, rules and tokens.
    package func encoded() -> [UInt8] {
        var writer = StateWriter(version: Self.version, capacity: 64 + (text?.count ?? 0))
        writer.varint(position.milliseconds)
        writer.varint(position.sequence)
        writer.signed(at)
        var marks: UInt8 = 0
        for (place, mark) in [isAnonymous, isRefused, user != nil, ip != nil, object != nil, text != nil].enumerated()
        where mark {
            marks |= 1 << UInt8(place)
        }
        writer.byte(marks)
        writer.run(Array(kind.utf8))
        for part in [user, ip, object, text] {
            if let part { writer.run(part) }
        }
        writer.varint(UInt64(rules.count))
        for rule in rules { writer.run(Array(rule.utf8)) }
        writer.varint(UInt64(clamping: tokens))
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(StateDecodingError) {
        var reader = try StateReader(bytes, version: Self.version)
        position = LogPosition(milliseconds: try reader.varint(), sequence: try reader.varint())
        at = try reader.signed()
        let marks = try reader.byte()
        guard marks < 1 << 6 else { throw .malformed("the marks \(marks)") }
        isAnonymous = marks & 1 != 0
        isRefused = marks & 2 != 0
        kind = String(decoding: try reader.run(atMost: 64), as: UTF8.self)
        if marks & 4 != 0 { user = try reader.run(atMost: Subject.maximumIdBytes) }
        if marks & 8 != 0 { ip = try reader.run(atMost: 64) }
        if marks & 16 != 0 { object = try reader.run(atMost: Subject.maximumIdBytes) }
        if marks & 32 != 0 { text = try reader.run(atMost: Self.longestText) }
        for _ in 0..<(try reader.count(atMost: Self.mostRules)) {
            rules.append(String(decoding: try reader.run(atMost: 64), as: UTF8.self))
        }
        tokens = Int64(clamping: try reader.varint())
        try reader.finish()
    }
}
