package import SentinelCore

extension Verdict {
    /// What the API answers to an event: the verdict, or the problem that tells one. Nil for anything else.
    package init?(object: JSONValue) {
        guard let decision = object["verdict"]?.text.flatMap(Decision.init(rawValue:)) else { return nil }
        self.decision = decision
        rule = object["rule"]?.text ?? object["violated-policies"]?.items.first?.text
        limit = object["limit"]?.integer
        remaining = object["remaining"]?.integer
        retryAfter = object["retry_after_ms"]?.integer
        flags = (object["flags"]?.items ?? []).compactMap(\.text)
        subject = object["subject"]?.text.flatMap(PercentEncoding.decode)
        reason = object["reason"]?.text
        ref = object["ref"]?.text
    }
}
