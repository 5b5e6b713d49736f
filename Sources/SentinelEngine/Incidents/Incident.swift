package import SentinelCore
import SentinelRedis

/// What a rule found about one subject, from its first flag to its last, as `sentinel_raise` stores it.
package struct Incident: Sendable, Equatable {
    /// `i<partition>-<number>`
    package var id: String
    package var rule: String
    package var module: String
    package var severity: Rule.Severity
    package var subject: Subject
    package var mode: Rule.Mode
    /// When the first and the newest flag were raised, ms since 1970.
    package var first: Int64
    package var last: Int64
    /// Events behind it.
    package var count: Int64
    package var description: String
    /// Who did what the newest flag was raised on, and from which address (canonical), where that is known.
    package var user: [UInt8]?
    package var ip: String?
    /// What the newest flag was raised on.
    package var evidence: JSONValue
    /// The block it led to: its short id, and until when, ms since 1970 (nil is permanent).
    package var ref: String?
    package var blockedUntil: Int64?
    /// The hash of the policy that opened it.
    package var policy: String
    /// What somebody found out about it; nil: nobody has reviewed it.
    package var review: Review?

    /// The deepest evidence that Redis takes: its own JSON reader goes no deeper.
    static let evidenceDepth = 1024

    /// Reads the reply to `HGETALL`. Nil for an incident that is over and gone, or no incident.
    init?(_ reply: RedisReply) throws(RedisError) {
        var fields: [String: RedisReply] = [:]
        for (field, value) in try reply.pairs { fields[field] = value }
        guard let id = try fields["id"]?.string, let rule = try fields["rule"]?.string,
            let bytes = try fields["subject"]?.bytes, let subject = try? Subject(parsing: bytes),
            let first = try fields["first"]?.int, let last = try fields["last"]?.int
        else { return nil }
        self.id = id
        self.rule = rule
        self.subject = subject
        self.first = first
        self.last = last
        module = try fields["module"]?.string ?? ""
        let rank = Int(truncatingIfNeeded: try fields["severity"]?.int ?? 1)
        severity = Rule.Severity(rawValue: rank) ?? .low
        mode = Rule.Mode(rawValue: try fields["mode"]?.string ?? "") ?? .enforce
        count = try fields["count"]?.int ?? 0
        description = try fields["description"]?.string ?? ""
        let json = try fields["evidence"]?.bytes ?? []
        evidence = (try? JSONReader.read(json, maximumDepth: Self.evidenceDepth)) ?? .null
        user = try fields["user"]?.bytes
        ip = try fields["ip"]?.string
        ref = try fields["ref"]?.string
        let until = try fields["blocked"]?.string
        blockedUntil = until.flatMap { Int64($0) }
        policy = try fields["policy"]?.string ?? ""
        review = try Review(fields)
    }
}
