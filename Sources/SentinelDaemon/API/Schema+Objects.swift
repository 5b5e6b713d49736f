import SentinelCore
import SentinelEngine

/// Shapes of what ``Objects`` tells.
extension Schema {
    private static let text = string(orNull: true)
    private static let any = JSONValue.object([])

    /// An object whose members are all always there.
    static func whole(_ properties: [(String, JSONValue)]) -> JSONValue {
        object(properties, required: properties.map(\.0))
    }

    private static var severity: JSONValue { choice(["low", "medium", "high", "critical"]) }

    static var incident: JSONValue {
        whole([
            ("id", string()), ("severity", severity), ("rule", string()), ("module", string()),
            ("mode", choice(Rule.Mode.allCases.map(\.rawValue))), ("subject", string()), ("count", integer()),
            ("first", string()), ("last", string()), ("description", string()), ("evidence", any),
            ("block_ref", text), ("blocked_until", text), ("policy", string()),
            ("disposition", choice(Review.Disposition.allCases.map(\.rawValue), orNull: true)),
            ("reviewed_by", text), ("reviewed_at", text), ("review_note", text),
        ])
    }

    static var block: JSONValue {
        whole([
            ("subject", string()), ("action", choice(Block.Action.allCases.map(\.rawValue))), ("reason", string()),
            ("rule", text), ("incident", text), ("ref", string()), ("by", string()), ("note", text),
            ("since", string()), ("until", text), ("expires_in_ms", integer(orNull: true)),
        ])
    }

    static var blockChange: JSONValue {
        whole([
            ("subject", string()), ("change", choice(["added", "changed"])), ("ref", string()), ("until", text),
        ])
    }

    static var blockedIP: JSONValue {
        whole([
            ("success", boolean), ("message", string()),
            ("block", whole(moderationBlock)),
        ])
    }

    static var summary: JSONValue {
        object(
            [
                ("subject", string()), ("at", string()), ("risk_level", choice(["low", "medium", "high"])),
                ("score", number), ("is_suspicious", boolean), ("suspicion_reasons", array(of: string())),
                ("account_age_days", integer(orNull: true)), ("created_at", text),
                ("content_last_hour", integer()), ("content_last_day", integer()), ("total_content", integer()),
                ("open_flags", integer()), ("incidents", integer()), ("is_blocked", boolean),
                ("is_allowed", boolean), ("open_incidents", array(of: incident)), ("tokens", integer()),
                ("first_seen", text), ("last_seen", text), ("addresses", array(of: string())),
                ("accounts", array(of: string())), ("has_more_peers", boolean), ("refused_share", number),
            ],
            required: [
                "subject", "at", "risk_level", "score", "is_suspicious", "suspicion_reasons", "account_age_days",
                "created_at", "content_last_hour", "content_last_day", "total_content", "open_flags", "incidents",
                "is_blocked", "is_allowed", "open_incidents", "tokens", "first_seen", "last_seen", "addresses",
                "accounts",
                "has_more_peers", "refused_share",
            ])
    }

    static var webhook: JSONValue {
        whole([
            ("id", string()), ("name", string()), ("form", choice(Webhook.Form.allCases.map(\.rawValue))),
            ("place", string()), ("severity", severity), ("modules", array(of: string())), ("seq", integer()),
            ("delivered", integer()),
            ("waiting", integer()), ("dead", integer()), ("lost", integer()), ("failing_since", text),
            ("error", text), ("by", string()), ("created", string()),
        ])
    }

    static var deadLetter: JSONValue {
        whole([("id", string()), ("at", string()), ("webhook", string()), ("error", string()), ("alert", any)])
    }

    static var statistics: JSONValue {
        let counts = JSONValue.object([.init("type", .string("object")), .init("additionalProperties", integer())])
        return whole([
            ("at", string()), ("from", string()), ("events", integer()), ("kinds", counts), ("limited", integer()),
            ("reports", integer()), ("flags", counts), ("flags_refused", integer()), ("dropped", integer()),
            ("incidents", integer()), ("pending", integer()), ("reviews", .object([.init("type", .string("object"))])),
            ("blocks", integer()), ("exemptions", integer()), ("backlog", integer()), ("coordinator", text),
            ("incidents_by_type", counts), ("incidents_by_severity", counts), ("blocks_by_reason", counts),
            ("days", array(of: day)), ("top_addresses", array(of: busy)),
        ])
    }

    static var audit: JSONValue {
        whole([
            ("n", integer()), ("at", string()), ("by", string()), ("what", string()), ("subject", string()),
            ("before", string()), ("after", string()), ("note", string()), ("prev", string()), ("hash", string()),
        ])
    }

    static var auditChain: JSONValue {
        whole([
            ("sound", boolean), ("entries", integer()), ("first", integer()), ("head", text),
            ("unchained", integer()), ("problems", array(of: string())),
        ])
    }

    static var diagnosis: JSONValue {
        whole([
            ("state", choice(Diagnosis.State.allCases.map(\.rawValue))), ("check", string()), ("message", string()),
            ("advice", text),
        ])
    }

    static var token: JSONValue {
        whole([
            ("id", string()), ("role", string()), ("name", string()), ("by", string()), ("created", string()),
            ("until", text), ("expired", boolean),
        ])
    }

    private static var number: JSONValue { .object([.init("type", .string("number"))]) }
}
