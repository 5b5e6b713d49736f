/// The kinds of abuse in a made-up community. Each breaks one default rule of the policy and as far as possible no other.
package enum Abuse: String, CaseIterable, Sendable {
    case rapidContentCreation = "rapid_content_creation"
    case dailyLimitHit = "daily_limit_hit"
    case rateLimitHit = "rate_limit_hit"
    case multipleAccountsSameAddress = "multiple_accounts_same_ip"
    case firstPostAtOnce = "bot_behavior: first post"
    case fixedCadence = "bot_behavior: cadence"
    case identicalPosts = "bot_behavior: identical posts"
    case duplicateContent = "duplicate_content"
    case repetitiveMessages = "repetitive_messages"
    case addressRotation = "ip_rotation"
    case excessiveTokens = "excessive_tokens"
    case dataHarvesting = "data_harvesting"
    case jailbreakAttempt = "jailbreak_attempt"
    case maliciousContent = "malicious_content"
    case offTopicSpam = "off_topic_spam"

    /// The flag that should find it: the label of its events.
    package var flag: String { rawValue.split(separator: ":").first.map(String.init) ?? rawValue }
}
