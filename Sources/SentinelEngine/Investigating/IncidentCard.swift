import SentinelCore
import SentinelRedis

/// What the list of incidents has of one for filters: enough to count and group thousands of them.
struct IncidentCard {
    var id: String
    /// When it last grew, ms since 1970.
    var last: Int64
    var severity: Rule.Severity
    var isReviewed: Bool
    var rule: String
    var subject: Subject
    /// Printable id of the user behind its newest event, and the address as it is counted.
    var user: String?
    var address: Subject?
    var description: String

    /// Reads a row of the reply of `sentinel_incidents … cards 1`; nil for what this build does not know.
    init?(_ row: RedisReply) throws(RedisError) {
        let parts = try row.array
        guard parts.count == 3, let last = Double(try parts[1].string) else { return nil }
        let lines = try parts[2].string.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 7, lines[0].utf8.count == 3, let rank = lines[0].first?.wholeNumberValue,
            let severity = Rule.Severity(rawValue: rank), let subject = try? Subject(printable: String(lines[3]))
        else { return nil }
        id = try parts[0].string
        self.last = Int64(exactly: last.rounded()) ?? 0
        self.severity = severity
        isReviewed = !lines[0].hasSuffix("o")
        rule = String(lines[2])
        self.subject = subject
        user = lines[4].isEmpty ? nil : String(lines[4].dropFirst("user:".count))
        address = try? Subject(printable: String(lines[5]))
        description = String(lines[6])
    }
}
