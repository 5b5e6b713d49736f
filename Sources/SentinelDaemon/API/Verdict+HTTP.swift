import SentinelCore
import SentinelEngine
import SentinelIO

extension Verdict {
    /// As the command line shows it with `-o json`: every member is there, null where it does not apply.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.appendName("verdict")
        json.appendString(decision.rawValue)
        json.append("rule", rule)
        json.append("limit", limit)
        json.append("remaining", remaining)
        json.append("retry_after_ms", retryAfter)
        json.appendName("flags")
        json.beginArray()
        for flag in flags { json.appendString(flag) }
        json.endArray()
        json.append("subject", subject.map(PercentEncoding.encode))
        json.append("reason", reason)
        json.append("ref", ref)
        json.endObject()
    }

    var json: [UInt8] {
        var json = JSONWriter(reserving: 256)
        write(to: &json)
        return json.bytes
    }

    /// `RateLimit-Policy`, `RateLimit` and `Retry-After`, as far as the verdict tells
    /// (draft-ietf-httpapi-ratelimit-headers-10; RFC 9110, section 10.2.3).
    func fields(_ policy: Policy) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if let rule, let limit, let remaining {
            let window = policy.rule(rule)?.counted.map { ";w=\(max(1, $0.window.components.seconds))" } ?? ""
            let reset = seconds.map { ";t=\($0)" } ?? ""
            fields.append(("RateLimit-Policy", "\"\(rule)\";q=\(limit)\(window)"))
            fields.append(("RateLimit", "\"\(rule)\";r=\(remaining)\(reset)"))
        }
        if let seconds { fields.append(("Retry-After", "\(seconds)")) }
        return fields
    }

    /// When to come back, in whole seconds; nil for at once, never and nobody knows.
    private var seconds: Int64? {
        guard decision != .allow, let retryAfter, retryAfter >= 0 else { return nil }
        return retryAfter / 1000 + (retryAfter % 1000 > 0 ? 1 : 0)
    }

    static let fieldNames = ["RateLimit", "RateLimit-Policy", "Retry-After"]

    /// The answer to one event: 200, 429 for a limit, 403 for a block or a challenge.
    ///
    /// The problem types are registered ones: <https://www.iana.org/assignments/http-problem-types>.
    func response(_ policy: Policy) -> HTTPResponse {
        guard decision != .allow else { return HTTPResponse(json: json, headers: fields(policy)) }
        let types = "https://iana.org/assignments/http-problem-types"
        var problem =
            ref == nil && decision == .limit
            ? Problem(
                .tooManyRequests, type: "\(types)#quota-exceeded",
                title: "Request cannot be satisfied as assigned quota has been exceeded", sentence)
            : Problem(
                decision == .limit ? .tooManyRequests : .forbidden, type: "\(types)#abnormal-usage-detected",
                title: "Request not satisfied due to detection of abnormal request pattern", sentence)
        problem.members.append(("verdict", .string(decision.rawValue)))
        if let rule { problem.members.append(("violated-policies", .strings([rule]))) }
        if !flags.isEmpty { problem.members.append(("flags", .strings(flags))) }
        if let limit { problem.members.append(("limit", .int(limit))) }
        if let remaining { problem.members.append(("remaining", .int(remaining))) }
        if let retryAfter { problem.members.append(("retry_after_ms", .int(retryAfter))) }
        if let subject { problem.members.append(("subject", .string(PercentEncoding.encode(subject)))) }
        if let reason { problem.members.append(("reason", .string(reason))) }
        if let ref { problem.members.append(("ref", .string(ref))) }
        problem.headers = fields(policy)
        return problem.response
    }

    private var sentence: String {
        let whence = seconds.map { "; try again in \($0) s" } ?? ""
        switch decision {
        case .allow: return "allowed"
        case .limit where ref == nil: return "the limit of \(rule ?? "a rule") is reached" + whence
        case .limit: return "throttled" + whence
        case .block: return "blocked" + whence
        case .challenge: return "a challenge must be passed first" + whence
        }
    }
}

extension JSONWriter {
    mutating func append(_ name: String, _ value: String?) {
        appendName(name)
        if let value { appendString(value) } else { appendNull() }
    }

    mutating func append(_ name: String, _ value: Int64?) {
        appendName(name)
        if let value { appendInt(value) } else { appendNull() }
    }
}
