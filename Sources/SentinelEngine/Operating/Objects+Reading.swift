package import SentinelCore

/// What the API tells of things, read back: the other half of what its routes write. Nil for anything else.
extension JSONValue {
    /// ISO 8601 as ms since 1970.
    package var instant: Int64? { text.flatMap { Timestamp(iso8601: $0.utf8)?.milliseconds } }

    package var items: [JSONValue] { if case .array(let items) = self { items } else { [] } }

    package var flag: Bool { self == .bool(true) }

    package var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    fileprivate var subject: Subject? { text.flatMap { try? Subject(printable: $0) } }
    fileprivate var severity: Rule.Severity? { text.flatMap(Rule.Severity.init(named:)) }
    fileprivate var counts: [String: Int64] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.compactMap { each in each.value.integer.map { (each.name, $0) } }) { first, _ in first
        }
    }
}

extension Incident {
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let rule = object["rule"]?.text, let subject = object["subject"]?.subject,
            let severity = object["severity"]?.severity, let first = object["first"]?.instant,
            let last = object["last"]?.instant
        else { return nil }
        self.id = id
        self.rule = rule
        self.subject = subject
        self.severity = severity
        self.first = first
        self.last = last
        module = object["module"]?.text ?? ""
        mode = object["mode"]?.text.flatMap(Rule.Mode.init(rawValue:)) ?? .enforce
        count = object["count"]?.integer ?? 0
        description = object["description"]?.text ?? ""
        evidence = object["evidence"] ?? .null
        ref = object["block_ref"]?.text
        blockedUntil = object["blocked_until"]?.instant
        policy = object["policy"]?.text ?? ""
        user = nil
        ip = nil
        review = Review(object: object)
    }
}

extension Review {
    fileprivate init?(object: JSONValue) {
        guard let disposition = object["disposition"]?.text.flatMap(Disposition.init(rawValue:)) else { return nil }
        self.disposition = disposition
        by = object["reviewed_by"]?.text ?? ""
        at = object["reviewed_at"]?.instant ?? 0
        note = object["review_note"]?.text
    }
}

extension Block {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject else { return nil }
        self.init(unknown: subject)
        action = object["action"]?.text.flatMap(Action.init(rawValue:)) ?? .block
        reason = object["reason"]?.text ?? "MANUAL"
        rule = object["rule"]?.text
        incident = object["incident"]?.text
        ref = object["ref"]?.text ?? ""
        by = object["by"]?.text ?? ""
        note = object["note"]?.text
        since = object["since"]?.instant ?? object["at"]?.instant ?? 0
        until = object["until"]?.instant
    }
}

extension Standing where Value == Block {
    package init?(object: JSONValue) {
        guard let block = Block(object: object) else { return nil }
        self.init(value: block, remaining: object["expires_in_ms"]?.integer.map { .milliseconds($0) })
    }
}

extension Standing where Value == Exemption {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject else { return nil }
        var exemption = Exemption(subject, json: [])
        exemption.by = object["by"]?.text ?? ""
        exemption.note = object["note"]?.text
        exemption.since = object["since"]?.instant ?? 0
        exemption.until = object["until"]?.instant
        self.init(value: exemption, remaining: object["expires_in_ms"]?.integer.map { .milliseconds($0) })
    }
}

extension Listing {
    package init(_ entries: [Standing<Value>], total: JSONValue?) {
        self.init(entries: entries, total: Int(total?.integer ?? Int64(entries.count)))
    }
}

extension BlockChange {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject, let ref = object["ref"]?.text else { return nil }
        self.init(
            subject: subject, isNew: object["change"]?.text != "changed", ref: ref, until: object["until"]?.instant)
    }
}

extension ExemptionChange {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject else { return nil }
        self.init(
            subject: subject, until: object["until"]?.instant, liftedBlock: object["lifted_block"]?.flag ?? false)
    }
}

extension BlockRecord {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject, let at = object["at"]?.instant,
            let change = object["change"]?.text.flatMap(Change.init(rawValue:))
        else { return nil }
        self.init(
            at: at, by: object["by"]?.text ?? "", change: change, subject: subject, note: object["note"]?.text,
            ref: object["ref"]?.text ?? "", block: object["action"]?.text == nil ? nil : Block(object: object),
            isActive: object["is_active"]?.flag ?? false)
    }
}

extension BlockImport {
    package init(object: JSONValue) {
        added = Int(object["added"]?.integer ?? 0)
        changed = Int(object["changed"]?.integer ?? 0)
        problems = (object["problems"]?.items ?? []).map {
            BlockListProblem(line: Int($0["line"]?.integer ?? 0), message: $0["message"]?.text ?? "")
        }
    }
}

extension ReviewChange {
    package init(object: JSONValue) {
        self.init(
            changed: Int(object["changed"]?.integer ?? 0), unchanged: Int(object["unchanged"]?.integer ?? 0),
            missing: (object["missing"]?.items ?? []).compactMap(\.text))
    }
}

extension AuditEntry {
    package init(object: JSONValue) {
        func text(_ name: String) -> String { object[name]?.text ?? "" }
        self.init(
            number: object["n"]?.integer ?? 0, at: object["at"]?.instant ?? 0, by: text("by"), what: text("what"),
            subject: text("subject"), before: text("before"), after: text("after"), note: text("note"),
            previous: text("prev"), hash: text("hash"))
    }
}

extension PatternAnalysis {
    fileprivate init(object: JSONValue) {
        let messages = object["total_messages"]?.integer ?? 0
        let perDay = object["avg_messages_per_day"]?.number ?? 0
        self.init(
            messages: messages, refused: object["total_blocked"]?.integer ?? 0,
            days: perDay > 0 ? Int64((Double(messages) / perDay).rounded()) : 1,
            incidents: Int(object["suspicious_activities"]?.integer ?? 0),
            critical: Int(object["critical_activities"]?.integer ?? 0))
    }
}

extension TimelineItem {
    package init?(object: JSONValue) {
        guard let id = object["id"]?.text, let type = object["type"]?.text, let at = object["created_at"]?.instant
        else {
            return nil
        }
        self.init(id: id, type: type, at: at, description: object["description"]?.text ?? "")
        severity = object["severity"]?.severity
        kind = object["kind"]?.text
        verdict = object["verdict"]?.text
        rules = (object["rules"]?.items ?? []).compactMap(\.text)
        user = object["user"]?.text
        ip = object["ip_address"]?.text
        text = object["text"]?.text
        self.object = object["object"]?.text
        by = object["by"]?.text
        note = object["note"]?.text
        incident = object["incident"]?.text
        ref = object["ref"]?.text
    }
}

extension Timeline {
    package init?(_ subject: Subject, object: JSONValue) {
        guard let inner = object["timeline"], let days = inner["period_days"]?.integer else { return nil }
        var block: Standing<Block>?
        if let info = object["block_info"], let ref = info["id"]?.text {
            var found = Block(unknown: subject)
            found.ref = ref
            block = Standing(value: found, remaining: nil)
        }
        self.init(
            subject: subject, days: days,
            items: (inner["timeline"]?.items ?? []).compactMap(TimelineItem.init(object:)),
            next: inner["next"]?.text, events: inner["total_events"]?.integer ?? 0,
            conversations: Int(inner["conversations_count"]?.integer ?? 0),
            analysis: PatternAnalysis(object: object["pattern_analysis"] ?? .null), block: block, isExempt: false)
    }
}

extension Suspects {
    package init?(object: JSONValue) {
        guard let days = object["period_days"]?.integer, let rank = object["min_severity"]?.integer,
            let severity = Rule.Severity(rawValue: Int(rank))
        else { return nil }
        let suspects = (object["suspects"]?.items ?? []).compactMap(Suspect.init(object:))
        self.init(
            days: days, severity: severity, suspects: suspects,
            total: Int(object["total"]?.integer ?? Int64(suspects.count)))
    }
}

extension Suspect {
    fileprivate init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject else { return nil }
        func count(_ name: String) -> Int { Int(object[name]?.integer ?? 0) }
        self.init(
            subject: subject, isBlocked: object["is_blocked"]?.flag ?? false, incidents: count("total_activities"),
            critical: count("critical_count"), high: count("high_count"), unreviewed: count("unreviewed_count"),
            last: object["last_activity"]?.instant ?? 0, registeredUsers: count("registered_users_count"),
            anonymousUsers: count("anonymous_users_count"),
            analysis: PatternAnalysis(object: object["pattern_analysis"] ?? .null),
            findings: (object["recent_activities"]?.items ?? []).map { item in
                Finding(
                    id: item["id"]?.text ?? "", rule: item["type"]?.text ?? "",
                    severity: item["severity"]?.severity ?? .low,
                    description: item["description"]?.text ?? "", at: item["created_at"]?.instant ?? 0,
                    participant: item["participant"]?.text)
            })
    }
}

extension SubjectSummary {
    package init?(object: JSONValue) {
        guard let subject = object["subject"]?.subject, let at = object["at"]?.instant,
            let assessment = Assessment(object: object)
        else { return nil }
        self.init(
            subject: subject, at: at, assessment: assessment,
            posts: UInt64(clamping: object["total_content"]?.integer ?? 0), lastPost: object["last_content"]?.instant,
            activity: Activity(summary: object, at: at), postsLastHour: Int(object["content_last_hour"]?.integer ?? 0),
            postsLastDay: Int(object["content_last_day"]?.integer ?? 0),
            openIncidents: (object["open_incidents"]?.items ?? []).compactMap(Incident.init(object:)),
            block: object["block"].flatMap { Standing<Block>(object: $0) },
            isExempt: object["is_allowed"]?.flag ?? false)
    }
}

extension Statistics {
    package init?(object: JSONValue) {
        guard let from = object["from"]?.instant else { return nil }
        self.init(from: from)
        at = object["at"]?.instant ?? 0
        func count(_ name: String) -> Int64 { object[name]?.integer ?? 0 }
        func counts(_ name: String) -> [String: Int64] { object[name]?.counts ?? [:] }
        events = count("events")
        kinds = counts("kinds")
        limited = count("limited")
        reports = count("reports")
        flags = counts("flags")
        refusedFlags = count("flags_refused")
        dropped = count("dropped")
        blocks = count("blocks")
        exemptions = count("exemptions")
        incidents = count("incidents")
        pending = count("pending")
        openedByRule = counts("incidents_by_type")
        openedBySeverity = counts("incidents_by_severity")
        blocksByReason = counts("blocks_by_reason")
        backlog = count("backlog")
        coordinator = object["coordinator"]?.text
        if case .object(let members)? = object["reviews"] {
            reviews = members.map { member in
                var rule = RuleReviews(rule: member.name)
                rule.confirmed = member.value["confirmed"]?.integer ?? 0
                rule.falsePositives = member.value["false_positive"]?.integer ?? 0
                rule.benign = member.value["benign"]?.integer ?? 0
                return rule
            }
        }
        days = (object["days"]?.items ?? []).map { item in
            var day = Day(start: item["day"]?.instant ?? 0)
            day.events = item["events"]?.integer ?? 0
            day.limited = item["limited"]?.integer ?? 0
            day.incidents = item["incidents"]?.integer ?? 0
            return day
        }
        busiest = (object["top_addresses"]?.items ?? []).compactMap { item in
            guard let subject = item["subject"]?.subject else { return nil }
            func count(_ name: String) -> Int64 { item[name]?.integer ?? 0 }
            return BusyAddress(
                subject: subject, events: count("events"), perDay: item["events_per_day"]?.number ?? 0,
                messages: count("messages"), refused: count("refused"), tokens: count("tokens"),
                isSuspicious: item["is_suspicious"]?.flag ?? false, isBlocked: item["is_blocked"]?.flag ?? false)
        }
    }
}

extension IncidentPage {
    /// Nothing yet, and where to go on.
    package init(after cursor: String?) { self.init(next: cursor) }
}

extension AuditPage {
    /// Nothing yet, and where to go on.
    package init(after cursor: String?) { self.init(next: cursor) }
}

extension BlockHistory {
    package init(object: JSONValue) {
        let items = object["changes"]?.items ?? []
        self.init(records: items.compactMap(BlockRecord.init(object:)), next: object["next"]?.text)
    }
}
