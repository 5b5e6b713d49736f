import SentinelCore
import SentinelEngine

/// Shapes of what ``Objects`` tells moderation front ends.
extension Schema {
    private static let text = string(orNull: true)
    private static var number: JSONValue { .object([.init("type", .string("number"))]) }
    private static var severity: JSONValue { choice(["low", "medium", "high", "critical"]) }

    static var moderationBlock: [(String, JSONValue)] {
        [
            ("id", string()), ("ip_address", string()), ("reason", string()), ("reason_display", string()),
            ("notes", string()), ("blocked_by", string()), ("created_at", string()), ("expires_at", text),
            ("is_permanent", boolean),
        ]
    }

    private static var analysis: JSONValue {
        whole([
            ("total_messages", integer()), ("total_blocked", integer()), ("avg_messages_per_day", number),
            ("block_rate", number), ("suspicious_activities", integer()), ("critical_activities", integer()),
            ("is_suspicious", boolean), ("suspicion_reasons", array(of: string())),
        ])
    }

    private static var item: JSONValue {
        whole([
            ("id", string()), ("type", string()), ("created_at", string()), ("description", string()),
            ("severity", choice(["low", "medium", "high", "critical"], orNull: true)), ("kind", text),
            ("verdict", text), ("rules", array(of: string())), ("user", text), ("ip_address", text), ("text", text),
            ("object", text), ("by", text), ("note", text), ("incident", text), ("ref", text),
        ])
    }

    static var timeline: JSONValue {
        whole([
            (
                "query",
                whole([("ip_address", text), ("user_id", text), ("anon_user_id", text), ("days", integer())])
            ),
            ("is_blocked", boolean), ("block_info", any([whole(moderationBlock), null])),
            ("pattern_analysis", analysis),
            (
                "timeline",
                whole([
                    ("period_days", integer()), ("total_events", integer()), ("conversations_count", integer()),
                    ("suspicious_activities_count", integer()), ("timeline", array(of: item)), ("next", text),
                ])
            ),
        ])
    }

    private static func suspect(_ name: String) -> JSONValue {
        let finding = whole([
            ("id", string()), ("type", string()), ("severity", severity), ("description", string()),
            ("created_at", string()), ("participant", text),
        ])
        return whole([
            (name, string()), ("is_blocked", boolean), ("total_activities", integer()),
            ("critical_count", integer()), ("high_count", integer()), ("unreviewed_count", integer()),
            ("last_activity", string()), ("registered_users_count", integer()),
            ("anonymous_users_count", integer()), ("pattern_analysis", analysis),
            ("recent_activities", array(of: finding)),
        ])
    }

    static var suspiciousUsers: JSONValue {
        whole([
            ("period_days", integer()), ("min_severity", integer()), ("total_suspicious_ips", integer()),
            ("suspicious_users", array(of: suspect("ip_address"))),
        ])
    }

    static var suspects: JSONValue {
        whole([
            ("period_days", integer()), ("min_severity", integer()), ("total", integer()),
            ("suspects", array(of: suspect("subject"))),
        ])
    }

    static var busy: JSONValue {
        whole([
            ("subject", string()), ("events", integer()), ("events_per_day", number), ("messages", integer()),
            ("refused", integer()), ("tokens", integer()), ("is_suspicious", boolean), ("is_blocked", boolean),
        ])
    }

    static var day: JSONValue {
        whole([("day", string()), ("events", integer()), ("limited", integer()), ("incidents", integer())])
    }
}
