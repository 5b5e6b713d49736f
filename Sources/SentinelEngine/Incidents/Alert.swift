package import SentinelCore

/// One alert as it is published: a JSON object that carries its own number.
package struct Alert: Sendable, Equatable {
    /// Grows by one with each alert of a namespace, from 1.
    package var number: Int64
    /// The time of the newest event behind it, ms since 1970.
    package var at: Int64
    /// `opened`, `blocked`, `edge` (one is behind: `lua/sentinel_edge_late.lua`), or `test`.
    package var change: String
    package var incident: String
    package var rule: String
    package var module: String
    package var severity: Rule.Severity
    /// In its printable form (`PercentEncoding`).
    package var subject: String
    package var description: String
    /// The block that came with it: its short id, and until when, ms since 1970 (nil is permanent).
    package var ref: String?
    package var blockedUntil: Int64?
    /// The whole object, fields that this build does not know included.
    package var json: JSONValue

    /// The change of an alert about nothing (`sentinel_alert_test`).
    package static let test = "test"

    /// What an alert's number can be: Redis counts in Lua, whose numbers are exact up to 2^53.
    static let numbers: ClosedRange<Int64> = 1...(1 << 53)

    /// Reads a published alert; nil for anything else.
    package init?(json bytes: [UInt8]) {
        guard let json = try? JSONReader.read(bytes, maximumDepth: Incident.evidenceDepth),
            let number = json["seq"]?.integer, Self.numbers.contains(number), let at = json["at"]?.integer
        else { return nil }
        self.number = number
        self.at = at
        self.json = json
        change = json["change"]?.text ?? ""
        incident = json["incident"]?.text ?? ""
        rule = json["rule"]?.text ?? ""
        module = json["module"]?.text ?? ""
        severity = Rule.Severity(rawValue: Int(truncatingIfNeeded: json["severity"]?.integer ?? 1)) ?? .low
        subject = json["subject"]?.text ?? ""
        description = json["description"]?.text ?? ""
        ref = json["block"]?["ref"]?.text
        blockedUntil = json["block"]?["until"]?.integer
    }
}
