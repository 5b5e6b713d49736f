import SentinelCore
import SentinelEngine

/// What moderation front ends are told, in their words.
extension Objects {
    static func analysis(_ analysis: PatternAnalysis) -> JSONValue {
        .object([
            .init("total_messages", .int(analysis.messages)), .init("total_blocked", .int(analysis.refused)),
            .init("avg_messages_per_day", .double(analysis.perDay.hundredths)),
            .init("block_rate", .double(analysis.refusedShare.thousandths)),
            .init("suspicious_activities", .int(Int64(analysis.incidents))),
            .init("critical_activities", .int(Int64(analysis.critical))),
            .init("is_suspicious", .bool(analysis.isSuspicious)),
            .init("suspicion_reasons", .array(analysis.suspicionReasons.map(JSONValue.string))),
        ])
    }

    /// A block as `block-ip` tells it.
    static func moderationBlock(_ block: Block) -> JSONValue {
        .object([
            .init("id", .string(block.ref)), .init("ip_address", .string(name(of: block.subject))),
            .init("reason", .string(block.reason)),
            .init("reason_display", .string(Block.Reason(rawValue: block.reason)?.words ?? block.reason)),
            .init("notes", .string(block.note ?? "")), .init("blocked_by", .string(block.by)),
            .init("created_at", time(block.since)), .init("expires_at", time(block.until)),
            .init("is_permanent", .bool(block.until == nil)),
        ])
    }

    /// An address or network without its type; any other subject with it.
    static func name(of subject: Subject) -> String {
        let isAddress = subject.type == "ip" || subject.type == "net"
        return isAddress ? String(decoding: subject.id, as: UTF8.self) : subject.description
    }

    static func item(_ item: TimelineItem) -> JSONValue {
        .object([
            .init("id", .string(item.id)), .init("type", .string(item.type)), .init("created_at", time(item.at)),
            .init("description", .string(item.description)), .init("severity", item.severity.map(severity) ?? .null),
            .init("kind", text(item.kind)), .init("verdict", text(item.verdict)),
            .init("rules", .array(item.rules.map(JSONValue.string))), .init("user", text(item.user)),
            .init("ip_address", text(item.ip)), .init("text", text(item.text)), .init("object", text(item.object)),
            .init("by", text(item.by)), .init("note", text(item.note)), .init("incident", text(item.incident)),
            .init("ref", text(item.ref)),
        ])
    }

    static func timeline(_ timeline: Timeline, query: JSONValue) -> JSONValue {
        .object([
            .init("query", query), .init("is_blocked", .bool(timeline.block != nil)),
            .init("block_info", timeline.block.map { moderationBlock($0.value) } ?? .null),
            .init("pattern_analysis", analysis(timeline.analysis)),
            .init(
                "timeline",
                .object([
                    .init("period_days", .int(timeline.days)), .init("total_events", .int(timeline.events)),
                    .init("conversations_count", .int(Int64(timeline.conversations))),
                    .init("suspicious_activities_count", .int(Int64(timeline.analysis.incidents))),
                    .init("timeline", .array(timeline.items.map(item))), .init("next", text(timeline.next)),
                ])),
        ])
    }

    private static func finding(_ finding: Suspect.Finding) -> JSONValue {
        .object([
            .init("id", .string(finding.id)), .init("type", .string(finding.rule)),
            .init("severity", severity(finding.severity)), .init("description", .string(finding.description)),
            .init("created_at", time(finding.at)), .init("participant", text(finding.participant)),
        ])
    }

    /// - Parameter name: of the first member and its value: front ends ask for addresses, we also for subjects.
    private static func suspect(_ suspect: Suspect, _ name: JSONValue.Member) -> JSONValue {
        .object([
            name, .init("is_blocked", .bool(suspect.isBlocked)),
            .init("total_activities", .int(Int64(suspect.incidents))),
            .init("critical_count", .int(Int64(suspect.critical))), .init("high_count", .int(Int64(suspect.high))),
            .init("unreviewed_count", .int(Int64(suspect.unreviewed))), .init("last_activity", time(suspect.last)),
            .init("registered_users_count", .int(Int64(suspect.registeredUsers))),
            .init("anonymous_users_count", .int(Int64(suspect.anonymousUsers))),
            .init("pattern_analysis", analysis(suspect.analysis)),
            .init("recent_activities", .array(suspect.findings.map(finding))),
        ])
    }

    /// Suspects by address, as `suspicious-users` answers.
    static func suspiciousUsers(_ list: Suspects) -> JSONValue {
        .object([
            .init("period_days", .int(list.days)), .init("min_severity", .int(Int64(list.severity.rawValue))),
            .init("total_suspicious_ips", .int(Int64(list.total))),
            .init(
                "suspicious_users",
                .array(list.suspects.map { suspect($0, .init("ip_address", .string(name(of: $0.subject)))) })),
        ])
    }

    /// Suspects by subject.
    static func suspects(_ list: Suspects) -> JSONValue {
        .object([
            .init("period_days", .int(list.days)), .init("min_severity", .int(Int64(list.severity.rawValue))),
            .init("total", .int(Int64(list.total))),
            .init(
                "suspects",
                .array(list.suspects.map { suspect($0, .init("subject", .string($0.subject.description))) })),
        ])
    }

    static func busy(_ address: BusyAddress) -> JSONValue {
        .object([
            .init("subject", .string(address.subject.description)), .init("events", .int(address.events)),
            .init("events_per_day", .double(address.perDay.hundredths)), .init("messages", .int(address.messages)),
            .init("refused", .int(address.refused)), .init("tokens", .int(address.tokens)),
            .init("is_suspicious", .bool(address.isSuspicious)), .init("is_blocked", .bool(address.isBlocked)),
        ])
    }

    static func day(_ day: Statistics.Day) -> JSONValue {
        .object([
            .init("day", time(day.start)), .init("events", .int(day.events)), .init("limited", .int(day.limited)),
            .init("incidents", .int(day.incidents)),
        ])
    }
}

extension Block.Reason {
    /// For people.
    var words: String {
        switch self {
        case .abuse: "Abuse"
        case .maliciousContent: "Malicious content"
        case .spam: "Spam"
        case .fraud: "Fraud"
        case .manual: "Manual"
        }
    }
}
