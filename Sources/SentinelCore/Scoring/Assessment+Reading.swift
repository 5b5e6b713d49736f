extension Assessment {
    /// Reads what the API tells of a subject (`GET /v1/summary/…`); nil for anything else.
    package init?(object: JSONValue) {
        guard let risk = object["risk_level"]?.word.flatMap(Risk.init(rawValue:)), let score = object["score"]?.number
        else { return nil }
        self.score = score
        self.risk = risk
        highest = object["highest_score"]?.number ?? score
        highestAt = object["highest_at"]?.instant
        modules = Rule.Module.allCases.map { ($0, object["modules"]?[$0.rawValue]?.number ?? 0) }
        reasons = []
        if case .array(let items)? = object["reasons"] {
            for item in items {
                guard let rule = item["rule"]?.word, let weight = item["weight"]?.number,
                    let module = item["module"]?.word.flatMap(Rule.Module.init(rawValue:))
                else { continue }
                reasons.append(
                    .init(
                        rule: rule, module: module, weight: weight, at: item["at"]?.instant ?? 0,
                        flags: UInt64(clamping: item["flags"]?.whole ?? 0)))
            }
        }
        flags = Int(object["open_flags"]?.whole ?? 0)
        incidents = Int(object["incidents"]?.whole ?? 0)
        let messages = object["messages"]?.whole ?? 0
        let share = object["refused_share"]?.number ?? 0
        activity = ActivityTally.Totals(
            messages: messages, refused: Int64((share * Double(messages)).rounded()),
            days: max(1, object["activity_days"]?.whole ?? 1))
        suspicionReasons = []
        if case .array(let items)? = object["suspicion_reasons"] { suspicionReasons = items.compactMap(\.word) }
        isCritical = false
    }
}

extension Activity {
    /// Reads the same.
    package init(summary object: JSONValue, at time: Int64) {
        self.init(
            events: 0, created: object["created_at"]?.instant, first: object["first_seen"]?.instant,
            last: object["last_seen"]?.instant, isCrowded: object["has_more_peers"] == .bool(true),
            tokens: UInt64(clamping: object["tokens"]?.whole ?? 0), at: time)
        var ids: [String] = []
        for name in ["addresses", "accounts"] {
            if case .array(let items)? = object[name] { ids += items.compactMap(\.word) }
        }
        // In the order in which they came: the newest first.
        for (place, id) in ids.enumerated() {
            guard let bytes = PercentEncoding.decode(id) else { continue }
            append(Peer(id: bytes, isAnonymous: false, last: -Int64(place)))
        }
    }
}

extension JSONValue {
    fileprivate var word: String? { if case .string(let text) = self { text } else { nil } }
    fileprivate var whole: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
    /// ISO 8601 as ms since 1970.
    fileprivate var instant: Int64? { word.flatMap { Timestamp(iso8601: $0.utf8)?.milliseconds } }
}
