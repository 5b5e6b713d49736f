extension Policy {
    /// The built-in policy: the field's usual figures.
    package static let standard = Policy(rules: [
        Rule(
            "rapid_content_creation", .spam, .high,
            .count(.init(.init(["content"]), per: .actor, limit: 20, window: .seconds(3600))),
            then: .init(limit: true)
        ),
        Rule(
            "daily_limit_hit", .spam, .high,
            .count(.init(.init(["message"]), per: .actor, limit: .init(50, anonymous: 30), window: .seconds(86_400))),
            then: .init(limit: true)
        ),
        Rule(
            "rate_limit_hit", .spam, .medium,
            .count(.init(.init(["message"]), per: .actor, limit: 10, window: .seconds(60))),
            then: .init(limit: true)
        ),
        Rule(
            "excessive_tokens", .harvesting, .low,
            .sum(.init(.tokens, of: .init(["message"]), per: .actor, limit: 100_000, window: .seconds(86_400)))
        ),
        Rule(
            "multiple_accounts_same_ip", .fraud, .high,
            .distinct(.init(.user, per: .ip, limit: 3, window: .seconds(86_400)))
        ),
        Rule(
            "ip_rotation", .fraud, .high,
            .distinct(.init(.ip, per: .user, limit: 5, window: .seconds(3600)))
        ),
        Rule(
            "data_harvesting", .harvesting, .high,
            .distinct(.init(.object, of: .init(["read"]), per: .actor, limit: 300, window: .seconds(3600)))
        ),
        Rule(
            "bot_behavior", .automation, .high,
            any: [.firstEvent(.init()), .cadence(.init()), .identical(.init())],
            then: .init(block: .init(for: .seconds(900)))
        ),
        Rule("duplicate_content", .spam, .high, .duplicate(.init())),
        Rule("repetitive_messages", .spam, .high, .repetition(.init())),
        Rule("jailbreak_attempt", .content, .critical, .report),
        Rule("malicious_content", .content, .critical, .report),
        Rule("off_topic_spam", .content, .medium, .report),
    ])
}
