package import SentinelCore
package import SentinelEngine
package import SentinelIO

/// What an operator may ask and do, over the HTTP API of a daemon (docs/http.md). Throws ``APIFailure``.
package struct APIOperations: Operations {
    private let client: HTTPClient
    let endpoint: Endpoint
    let loop: EventLoop
    let security: TransportSecurity
    private let token: String?

    /// Bytes of an answer: 100,000 blocks are some 30 MB.
    private static let mostBytes = 128 << 20
    private static let patience = Duration.seconds(60)
    private static let reviewedAtOnce = 1000

    /// - Parameter url: `http://127.0.0.1:8787`, `https://sentinel.example.org`, whose certificate the machine must trust, or
    ///   `unix:/run/sentinel.sock`.
    package init(url: String, token: String?, on loop: EventLoop) throws(APIFailure) {
        client = HTTPClient(on: loop)
        self.loop = loop
        self.token = token
        if url.hasPrefix("unix:") {
            endpoint = .unix(path: String(url.dropFirst(5)))
            security = .none
            return
        }
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://") else {
            throw APIFailure(status: 400, message: "want http://host:port, https://host:port or unix:/path")
        }
        let rest = url.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" }
        let hasPort = rest.last != "]" && rest.contains(":")
        let colon = hasPort ? rest.lastIndex(of: ":")! : rest.endIndex
        var host = String(rest[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, let port = hasPort ? UInt16(rest[rest.index(after: colon)...]) : isSecure ? 443 : 80 else {
            throw APIFailure(status: 400, message: "want http://host:port, such as http://127.0.0.1:8787")
        }
        endpoint = .tcp(host: host, port: port)
        security = isSecure ? .tls(serverName: host) : .none
    }

    // MARK: - Requests

    typealias Query = [(name: String, value: String?)]

    func ask(
        _ method: String, _ path: String, _ query: Query = [], _ body: [UInt8] = [], type: String = "application/json"
    ) async throws -> HTTPClient.Response {
        let target = Self.target(path, query)
        let headers =
            (method == "GET" || method == "DELETE" ? [] : [(name: "Content-Type", value: type)]) + authorization
        do throws(HTTPClient.Failure) {
            return try await client.send(
                .init(method, target, headers: headers, body: body), to: endpoint, security: security,
                timeout: Self.patience, maximumBody: Self.mostBytes)
        } catch {
            if case .cancelled = error { throw CancellationError() }
            throw APIFailure(status: nil, message: "\(endpoint): \(error)")
        }
    }

    static func target(_ path: String, _ query: Query) -> String {
        let given = query.compactMap { each in each.value.map { "\(each.name)=\(encoded($0))" } }
        return given.isEmpty ? path : path + "?" + given.joined(separator: "&")
    }

    var authorization: [(name: String, value: String)] {
        token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
    }

    /// The JSON of an answer; nil for 404.
    func json(
        _ method: String, _ path: String, _ query: Query = [], _ body: JSONValue? = nil
    ) async throws -> JSONValue? {
        let answer = try await ask(method, path, query, body.map { JSONWriter.bytes($0) } ?? [])
        if answer.status == 404 { return nil }
        return try Self.value(answer)
    }

    static func value(_ answer: HTTPClient.Response) throws -> JSONValue {
        let value = try? JSONReader.read(answer.body, maximumDepth: 1024)
        guard (200..<300).contains(answer.status), let value else {
            let words = value?["detail"]?.text ?? value?["title"]?.text ?? "the API answered with \(answer.status)"
            throw APIFailure(status: answer.status, message: words)
        }
        return value
    }

    static func read<Thing>(_ value: JSONValue?, _ read: (JSONValue) -> Thing?) throws -> Thing {
        guard let value, let thing = read(value) else {
            throw APIFailure(status: nil, message: "the API answered with something else; is it of another release?")
        }
        return thing
    }

    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    private static func times(_ range: Range<Int64>) -> Query {
        [
            ("since", range.lowerBound > 0 ? String(range.lowerBound) : nil),
            ("until", range.upperBound < Timestamp.latest.milliseconds ? String(max(0, range.upperBound)) : nil),
        ]
    }

    // MARK: - Incidents

    package func incidents(
        _ filter: IncidentFilter, limit: Int, after cursor: String?
    ) async throws -> IncidentPage {
        var page = IncidentPage(after: cursor)
        repeat {
            let answer = try await json(
                "GET", "/v1/incidents",
                [
                    ("type", filter.rule), ("module", filter.module), ("severity", String(filter.severity.rawValue)),
                    ("mode", filter.mode?.rawValue), ("reviewed", filter.isReviewed.map { $0 ? "true" : "false" }),
                    ("disposition", filter.disposition?.rawValue), ("subject", filter.subject?.description),
                    ("text", filter.text), ("limit", String(min(500, limit - page.incidents.count))),
                    ("cursor", page.next),
                ] + Self.times(filter.last))
            let items = try Self.read(answer?["incidents"]) { $0.items }
            page.incidents += items.compactMap(Incident.init(object:))
            page.next = answer?["next"]?.text
        } while page.next != nil && page.incidents.count < limit
        return page
    }

    package func incident(_ id: String) async throws -> Incident? {
        try await json("GET", "/v1/incidents/\(Self.encoded(id))").flatMap(Incident.init(object:))
    }

    package func review(
        _ ids: [String], as disposition: Review.Disposition?, by: String, note: String?
    ) async throws -> ReviewChange {
        var change = ReviewChange(object: .null)
        for start in stride(from: 0, to: ids.count, by: Self.reviewedAtOnce) {
            let piece = ids[start..<min(start + Self.reviewedAtOnce, ids.count)]
            let answer = try await json(
                "POST", "/v1/incidents/bulk", [],
                .object([
                    .init("ids", .array(piece.map(JSONValue.string))),
                    .init("disposition", .string(disposition?.rawValue ?? "open")), .init("note", Self.text(note)),
                ]))
            let part = try Self.read(answer) { ReviewChange(object: $0) }
            change.changed += part.changed
            change.unchanged += part.unchanged
            change.missing += part.missing
        }
        return change
    }

    // MARK: - Subjects

    package func summary(of subject: Subject, at time: Int64?) async throws -> SubjectSummary? {
        let path = "/v1/summary/\(Self.encoded(subject.description))"
        guard let answer = try await json("GET", path, [("at", time.map(String.init))]) else { return nil }
        return try Self.read(answer, SubjectSummary.init(object:))
    }

    package func timeline(
        of subject: Subject, days: Int64, limit: Int, after cursor: String?
    ) async throws -> Timeline {
        let answer = try await json(
            "GET", "/v1/activity-timeline",
            [
                ("subject", subject.description), ("days", String(days)), ("limit", String(limit)), ("cursor", cursor),
            ])
        return try Self.read(answer) { Timeline(subject, object: $0) }
    }

    package func suspects(days: Int64, severity: Rule.Severity, limit: Int) async throws -> Suspects {
        let answer = try await json(
            "GET", "/v1/suspects",
            [("days", String(days)), ("min_severity", String(severity.rawValue)), ("limit", String(limit))])
        return try Self.read(answer, Suspects.init(object:))
    }

    package func forget(_ subject: Subject, by: String, note: String?) async throws -> Int {
        let path = "/v1/subjects/\(Self.encoded(subject.description))"
        let answer = try await json("DELETE", path, [("note", note)])
        return try Self.read(answer?["erased"]) { $0.integer.map { Int($0) } }
    }

    // MARK: - Blocks and allows

    package func blocks(_ filter: BlockFilter, limit: Int) async throws -> Listing<Block> {
        let answer = try await json(
            "GET", "/v1/blocks",
            [
                ("type", filter.type), ("reason", filter.reason?.rawValue), ("by", filter.by), ("limit", String(limit)),
            ] + Self.times(filter.since))
        let items = try Self.read(answer?["blocks"]) { $0.items }
        return Listing(items.compactMap { Standing<Block>(object: $0) }, total: answer?["total"])
    }

    package func exemptions(ofType type: String?, limit: Int) async throws -> Listing<Exemption> {
        let answer = try await json("GET", "/v1/allows", [("type", type), ("limit", String(min(1000, limit)))])
        let items = try Self.read(answer?["allows"]) { $0.items }
        return Listing(items.compactMap { Standing<Exemption>(object: $0) }, total: answer?["total"])
    }

    package func block(
        _ subject: Subject, for duration: Duration?, action: Block.Action, reason: Block.Reason, by: String,
        note: String?
    ) async throws -> BlockChange {
        let answer = try await json(
            "POST", "/v1/blocks", [],
            .object([
                .init("subject", .string(subject.description)), .init("action", .string(action.rawValue)),
                .init("reason", .string(reason.rawValue)),
                .init("duration_ms", duration.map { .int($0.milliseconds) } ?? .null), .init("note", Self.text(note)),
            ]))
        return try Self.read(answer, BlockChange.init(object:))
    }

    package func changeBlock(_ subject: Subject, _ change: BlockEdit, by: String) async throws -> BlockChange? {
        var members: [JSONValue.Member] = []
        if let action = change.action { members.append(.init("action", .string(action.rawValue))) }
        if let reason = change.reason { members.append(.init("reason", .string(reason.rawValue))) }
        if let note = change.note { members.append(.init("note", .string(note))) }
        switch change.term {
        case .limited(let duration)?: members.append(.init("duration_ms", .int(duration.milliseconds)))
        case .permanent?: members.append(.init("duration_ms", .null))
        case nil: break
        }
        guard
            let answer = try await json(
                "PATCH", "/v1/blocks", [("subject", subject.description)], .object(members))
        else { return nil }
        return try Self.read(answer, BlockChange.init(object:))
    }

    package func blockHistory(
        of subject: Subject?, by: String?, written: Range<Int64>, limit: Int, after cursor: String?
    ) async throws -> BlockHistory {
        let answer = try await json(
            "GET", "/v1/blocks/history",
            [
                ("subject", subject?.description), ("by", by), ("limit", String(min(500, limit))), ("cursor", cursor),
            ] + Self.times(written))
        return try Self.read(answer) { BlockHistory(object: $0) }
    }

    package func importBlocks(
        _ wishes: [BlockWish], _ defaults: BlockDefaults, by: String
    ) async throws -> BlockImport {
        // Lines of the request are numbered from 1; those of the list are another matter.
        var lines: [UInt8] = []
        for wish in wishes {
            let object = JSONValue.object([
                .init("subject", .string(wish.subject.description)),
                .init("action", .string((wish.action ?? defaults.action).rawValue)),
                .init("reason", .string((wish.reason ?? defaults.reason).rawValue)),
                .init("note", Self.text(wish.note ?? defaults.note)),
                .init("until", wish.until.map { .int($0) } ?? .null),
                .init("duration_ms", (wish.duration ?? defaults.duration).map { .int($0) } ?? .null),
            ])
            lines += JSONWriter.bytes(object) + [UInt8(ascii: "\n")]
        }
        let answer = try await ask("POST", "/v1/blocks/import", [], lines, type: BlockListFormat.jsonl.mediaType)
        var outcome = try Self.read(try Self.value(answer)) { BlockImport(object: $0) }
        for place in outcome.problems.indices {
            let number = outcome.problems[place].line
            if wishes.indices.contains(number - 1) { outcome.problems[place].line = wishes[number - 1].line }
        }
        return outcome
    }

    package func unblock(_ subject: Subject, by: String, note: String?) async throws -> Bool {
        try await json("DELETE", "/v1/blocks", [("subject", subject.description), ("note", note)]) != nil
    }

    package func allow(
        _ subject: Subject, for duration: Duration?, by: String, note: String?
    ) async throws -> ExemptionChange {
        let answer = try await json(
            "POST", "/v1/allows", [],
            .object([
                .init("subject", .string(subject.description)),
                .init("duration_ms", duration.map { .int($0.milliseconds) } ?? .null), .init("note", Self.text(note)),
            ]))
        return try Self.read(answer, ExemptionChange.init(object:))
    }

    package func disallow(_ subject: Subject, by: String, note: String?) async throws -> Bool {
        try await json("DELETE", "/v1/allows", [("subject", subject.description), ("note", note)]) != nil
    }

    // MARK: - The whole

    package func statistics(since: Int64, busiest: Int) async throws -> Statistics {
        let answer = try await json(
            "GET", "/v1/stats",
            [
                ("since", String(min(max(0, since), Timestamp.latest.milliseconds))), ("busiest", String(busiest)),
            ])
        return try Self.read(answer, Statistics.init(object:))
    }

    package func auditEntries(
        _ filter: AuditFilter, limit: Int, after cursor: String?
    ) async throws -> AuditPage {
        var page = AuditPage(after: cursor)
        repeat {
            let answer = try await json(
                "GET", "/v1/audit",
                [
                    ("by", filter.by), ("what", filter.what), ("subject", filter.subject),
                    ("limit", String(min(500, limit - page.entries.count))), ("cursor", page.next),
                ] + Self.times(filter.written))
            let items = try Self.read(answer?["entries"]) { $0.items }
            page.entries += items.map(AuditEntry.init(object:))
            page.next = answer?["next"]?.text
        } while page.next != nil && page.entries.count < limit
        return page
    }

    package func glance(incidents count: Int) async throws -> Glance {
        let answer = try await json("GET", "/v1/stats", [("busiest", "0")])
        let newest = try await incidents(IncidentFilter(), limit: count, after: nil)
        return Glance(today: try Self.read(answer, Statistics.init(object:)), incidents: newest.incidents)
    }

    package func diagnoses(clock: @escaping @Sendable () -> Int64) async throws -> [Diagnosis] {
        let answer = try await json("GET", "/v1/doctor")
        return try Self.read(answer) { $0.items }.compactMap(Diagnosis.init(object:))
    }

    package func verifyAudit(known: AuditChain.Head?) async throws -> AuditChain {
        let answer = try await json("GET", "/v1/audit/verify", [("head", known?.description)])
        return try Self.read(answer, AuditChain.init(object:))
    }

    package func policyInForce() async throws -> PolicyInForce? {
        guard let answer = try await json("GET", "/v1/policy", [("form", "json")]) else { return nil }
        var source: PolicySource?
        if let yaml = answer["yaml"]?.text {
            var lists: [String: [UInt8]] = [:]
            if case .object(let members)? = answer["lists"] {
                for member in members { lists[member.name] = member.value.text.map { Array($0.utf8) } }
            }
            source = PolicySource(yaml: Array(yaml.utf8), lists: lists)
        }
        return PolicyInForce(
            version: LibrarySource.version, hash: answer["policy"]?.text ?? "", source: source)
    }

    package func applyPolicy(_ document: PolicyDocument, by: String) async throws -> PolicyApplication {
        let source = document.source
        let lists = source.lists.sorted { $0.key < $1.key }.map {
            JSONValue.Member($0.key, .string(String(decoding: $0.value, as: UTF8.self)))
        }
        let answer = try await json(
            "PUT", "/v1/policy", [],
            .object([
                .init("yaml", .string(String(decoding: source.yaml, as: UTF8.self))), .init("lists", .object(lists)),
            ]))
        let changes = (answer?["changes"]?.items ?? []).map {
            PolicyChange(rule: $0["rule"]?.text, words: $0["change"]?.text ?? "")
        }
        return try Self.read(answer) { value in
            value["policy"]?.text.map {
                PolicyApplication(
                    outcome: value["changed"]?.flag == true ? .loaded : .current, changes: changes, hash: $0)
            }
        }
    }
}
