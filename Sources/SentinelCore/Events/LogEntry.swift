/// One entry of the event log: an event that Redis has judged, an outside report, or the news that a block was lifted.
package struct LogEntry: Sendable, Equatable {
    package var position: LogPosition
    /// When it happened, in ms since 1970.
    package var at: Int64
    package var content: Content
    /// Whom a coordinator is to have no memory of from here on: the subject of an unblocking that erases.
    package var forgets: Subject?

    package enum Content: Sendable, Equatable {
        case event(Logged)
        case report(Report)
        /// Evidence on this subject up to now is spent.
        case unblock(Subject)
    }

    /// What the log keeps of an event.
    package struct Logged: Sendable, Equatable {
        package var kind: String
        package var user: [UInt8]?
        /// Canonical text.
        package var ip: [UInt8]?
        package var text: [UInt8]?
        package var created: Int64?
        /// What else rules may count by: `object`, `username`, `email` and the fields that the policy names.
        package var fields: [String: [UInt8]] = [:]
        /// No account stands behind it.
        package var isAnonymous = false
        package var tokens: Int64 = 0
        /// Refused by a limit.
        package var wasLimited = false
        /// Rules that the event was over in Redis, with the count that each saw.
        package var flags: [(rule: String, count: Int64)] = []

        package init(kind: String) {
            self.kind = kind
        }

        package static func == (left: Self, right: Self) -> Bool {
            left.kind == right.kind && left.user == right.user && left.ip == right.ip && left.text == right.text
                && left.created == right.created && left.fields == right.fields && left.wasLimited == right.wasLimited
                && left.isAnonymous == right.isAnonymous && left.tokens == right.tokens
                && left.flags.elementsEqual(right.flags) { $0 == $1 }
        }
    }

    /// A verdict from outside.
    package struct Report: Sendable, Equatable {
        package var rule: String
        package var user: [UInt8]?
        package var ip: [UInt8]?
        package var severity: Rule.Severity?
        package var description: String?
        /// A JSON document, checked by the library when it came in.
        package var context: [UInt8]?
    }

    package init(position: LogPosition, at: Int64, content: Content) {
        self.position = position
        self.at = at
        self.content = content
    }
}

extension LogEntry {
    /// Reads the fields of a stream entry as the function library writes them; nil for one it did not write.
    package init?(position: LogPosition, fields: some Sequence<(name: [UInt8], value: [UInt8])>) {
        var logged = Logged(kind: "")
        var report = Report(rule: "")
        var subject: Subject?
        var isErased = false
        var at = Int64(clamping: position.milliseconds)
        for (name, value) in fields {
            let name = String(decoding: name, as: UTF8.self)
            switch name {
            case "kind": logged.kind = String(decoding: value, as: UTF8.self)
            case "user": logged.user = value
            case "ip": logged.ip = value
            case "text": logged.text = value
            case "created": logged.created = Int64(String(decoding: value, as: UTF8.self))
            case "at": at = Int64(String(decoding: value, as: UTF8.self)) ?? at
            case "verdict": logged.wasLimited = value.elementsEqual("limit".utf8)
            case "flags": logged.flags = Self.flags(value)
            case "type": report.rule = String(decoding: value, as: UTF8.self)
            case "severity": report.severity = Rule.Severity(named: String(decoding: value, as: UTF8.self))
            case "description": report.description = String(decoding: value, as: UTF8.self)
            case "context": report.context = value
            case "subject": subject = try? Subject(parsing: value)
            case "anonymous": logged.isAnonymous = value == Array("1".utf8) || value == Array("true".utf8)
            case "tokens": logged.tokens = Int64(String(decoding: value, as: UTF8.self)) ?? 0
            case "forget": isErased = true
            case "id", "status": break
            default: logged.fields[name] = value
            }
        }
        if logged.user == nil { logged.isAnonymous = true }
        switch logged.kind {
        case "": return nil
        case "report":
            report.user = logged.user
            report.ip = logged.ip
            self.init(position: position, at: at, content: .report(report))
        case "unblock":
            guard let subject else { return nil }
            self.init(position: position, at: at, content: .unblock(subject))
            if isErased { forgets = subject }
        default:
            self.init(position: position, at: at, content: .event(logged))
        }
    }

    /// `rule=count,rule=count`
    private static func flags(_ value: [UInt8]) -> [(rule: String, count: Int64)] {
        value.split(separator: UInt8(ascii: ",")).compactMap { part in
            guard let sign = part.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let count = Int64(String(decoding: part[(sign + 1)...], as: UTF8.self))
            return (String(decoding: part[..<sign], as: UTF8.self), count ?? 0)
        }
    }
}

extension Rule.Severity {
    /// `low`, `medium`, `high`, `critical`.
    package init?(named name: String) {
        switch name {
        case "low": self = .low
        case "medium": self = .medium
        case "high": self = .high
        case "critical": self = .critical
        default: return nil
        }
    }

    package var name: String {
        switch self {
        case .low: "low"
        case .medium: "medium"
        case .high: "high"
        case .critical: "critical"
        }
    }
}
