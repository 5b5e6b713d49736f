package import SentinelCore
import SentinelEngine

/// A parameter of a route: checked before the route sees the request, and described in the API's description.
package struct RouteParameter: Sendable {
    package enum Kind: Sendable, Equatable {
        /// So many bytes, any.
        case bytes(ClosedRange<Int>)
        /// So many characters (Unicode scalars), any.
        case text(ClosedRange<Int>)
        /// The kind of an event: a lower-case letter, then up to 63 lower-case letters, digits or underscores.
        case word
        /// An IPv4 or IPv6 address.
        case address
        case integer(ClosedRange<Int64>)
        /// `true` or `false`.
        case flag
        /// One of these words.
        case choice([String])
        /// ISO 8601, or ms since 1970.
        case time
        /// `<type>:<id>` as lists show it.
        case subject
        /// A line of text, at most 256 characters.
        case note
        /// The id of an incident: `i0-17`.
        case incident
        /// The id of a webhook.
        case webhook
        /// The id of a token of the API.
        case token
        /// An entry of the audit log: `<n>:<hash>`.
        case auditHead
        /// A change of the block list: `4711.9f86d081`.
        case change
        /// A place in the list of incidents: `<ms>.<id>`.
        case cursor
        /// A place in a stream of Redis.
        case position
        /// A place in a timeline: `<ms>.<id>`.
        case place
        /// The name of an edge: 1 to 64 letters, digits, dots, hyphens, underscores.
        case edge
    }

    package enum Place: String, Sendable {
        case query, path, header
    }

    package var name: String
    package var place: Place
    package var kind: Kind
    package var isRequired: Bool
    /// Of a header field: its name in lower case.
    var field: StaticString?
    package var description: String

    package static func query(
        _ name: String, _ kind: Kind, _ description: String, isRequired: Bool = false
    ) -> RouteParameter {
        RouteParameter(name: name, place: .query, kind: kind, isRequired: isRequired, description: description)
    }

    package static func path(_ name: String, _ kind: Kind, _ description: String) -> RouteParameter {
        RouteParameter(name: name, place: .path, kind: kind, isRequired: true, description: description)
    }

    /// - Parameter field: the name in lower case.
    package static func header(
        _ name: String, _ field: StaticString, _ kind: Kind, _ description: String
    ) -> RouteParameter {
        RouteParameter(
            name: name, place: .header, kind: kind, isRequired: false, field: field, description: description)
    }

    /// What is wrong with a value, if anything.
    func fault(in value: [UInt8]) -> String? {
        switch kind {
        case .bytes(let range):
            range.contains(value.count)
                ? nil : "has \(value.count) bytes; it can have \(range.lowerBound) to \(range.upperBound)"
        case .text(let range):
            range.contains(String(decoding: value, as: UTF8.self).unicodeScalars.count)
                ? nil : "has \(range.lowerBound) to \(range.upperBound) characters"
        case .word:
            Self.isWord(value) ? nil : "is a lower-case letter, then up to 63 lower-case letters, digits or underscores"
        case .address:
            (try? IPAddress(parsing: value)) == nil ? "is an IPv4 or IPv6 address" : nil
        case .integer(let range):
            Self.integer(value).map(range.contains) == true
                ? nil : "is a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag:
            Self.flag(value) == nil ? "is true or false" : nil
        case .choice(let words):
            words.contains { $0.utf8.elementsEqual(value) } ? nil : "is one of \(words.joined(separator: ", "))"
        case .time:
            Self.time(value) == nil ? "is a time: 2026-01-31T12:00:00Z, or ms since 1970" : nil
        case .subject:
            Self.subject(value) == nil ? "is a subject: user:ada, ip:203.0.113.7, net:198.51.100.0/24" : nil
        case .note:
            String(validating: value, as: UTF8.self).map(Self.isNote) == true
                ? nil : "is a text of at most 256 characters, none of them a control"
        case .incident:
            Self.isIncident(value) ? nil : "is the id of an incident, such as i0-17"
        case .webhook:
            Self.isWebhook(value) ? nil : "is the id of a webhook"
        case .token:
            Self.isToken(value) ? nil : "is the id of a token, such as t3f9a0c1d2e4b5"
        case .auditHead:
            Self.isAuditHead(value) ? nil : "is <n>:<hash>, as an earlier check told it"
        case .change:
            Self.isChange(value) ? nil : "is the id of an event complete or change"
        case .cursor:
            Self.isCursor(value) ? nil : "is what next was"
        case .place:
            Self.isPlace(value) ? nil : "is what next was"
        case .position:
            Self.isPosition(value) ? nil : "is what next was"
        case .edge:
            EdgeState.isName(value) ? nil : "is 1 to 64 letters, digits, dots, hyphens and underscores"
        }
    }

    static func isWord(_ value: some Collection<UInt8>) -> Bool {
        guard let first = value.first, value.count <= 64, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first else {
            return false
        }
        return value.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "_")
        }
    }

    static func integer(_ value: [UInt8]) -> Int64? {
        guard !value.isEmpty, value.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return Int64(String(decoding: value, as: UTF8.self))
    }

    static func flag(_ value: [UInt8]) -> Bool? {
        switch String(decoding: value, as: UTF8.self) {
        case "true": true
        case "false": false
        default: nil
        }
    }

    static func time(_ value: [UInt8]) -> Int64? {
        guard let time = integer(value) ?? Timestamp(iso8601: value)?.milliseconds else { return nil }
        return (0...Timestamp.latest.milliseconds).contains(time) ? time : nil
    }

    static func subject(_ value: [UInt8]) -> Subject? {
        String(validating: value, as: UTF8.self).flatMap(Subject.init(canonical:))
    }

    /// Redis takes 1024 bytes.
    static func isNote(_ text: String) -> Bool { isLine(text, most: 256) }

    /// Whether it has at most so many characters, and no control among them.
    static func isLine(_ text: String, most: Int) -> Bool {
        text.unicodeScalars.count <= most
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    private static func isIncident(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /i[0-9]{1,5}-[0-9]{1,16}/) != nil
    }

    private static func isWebhook(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /w[a-z0-9]{7,31}/) != nil
    }

    private static func isToken(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /[a-z][a-z0-9]{1,31}/) != nil
    }

    private static func isAuditHead(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /[1-9][0-9]{0,17}:[0-9a-f]{40}/) != nil
    }

    private static func isChange(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /(0|[1-9][0-9]{0,14})\.(0|[1-9a-f][0-9a-f]{0,7})/) != nil
    }

    private static func isCursor(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /[0-9]{1,15}\.i[0-9]{1,5}-[0-9]{1,16}/) != nil
    }

    private static func isPlace(_ value: [UInt8]) -> Bool {
        String(decoding: value, as: UTF8.self).wholeMatch(of: /[0-9]{1,16}\.[a-z][a-z0-9_-]{0,80}/) != nil
    }

    /// `<ms>-<number>`
    private static func isPosition(_ value: [UInt8]) -> Bool {
        let parts = value.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { UInt64(String(decoding: $0, as: UTF8.self)) != nil && $0.first != UInt8(ascii: "+") }
    }

    var schema: JSONValue {
        switch kind {
        case .bytes(let range), .text(let range): Schema.string(range)
        case .word: Schema.word
        case .address: Schema.address
        case .integer(let range): Schema.integer(range)
        case .flag: Schema.boolean
        case .choice(let words): Schema.choice(words)
        case .time: Schema.time
        case .subject: Schema.subject
        case .note: Schema.string(pattern: Schema.lineWithoutControls, maximum: 256)
        case .incident: Schema.string(pattern: "^i[0-9]{1,5}-[0-9]{1,16}$")
        case .webhook: Schema.string(pattern: "^w[a-z0-9]{7,31}$")
        case .token: Schema.string(pattern: "^[a-z][a-z0-9]{1,31}$")
        case .auditHead: Schema.string(pattern: "^[1-9][0-9]{0,17}:[0-9a-f]{40}$")
        case .change: Schema.string(pattern: "^(0|[1-9][0-9]{0,14})\\.(0|[1-9a-f][0-9a-f]{0,7})$")
        case .cursor: Schema.string(pattern: "^[0-9]{1,15}\\.i[0-9]{1,5}-[0-9]{1,16}$")
        case .place: Schema.string(pattern: "^[0-9]{1,16}\\.[a-z][a-z0-9_-]{0,80}$")
        case .position: Schema.string(pattern: "^[0-9]{1,18}-[0-9]{1,18}$")
        case .edge: Schema.string(pattern: "^[A-Za-z0-9._-]{1,64}$")
        }
    }

    /// As OpenAPI wants it.
    var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("in", .string(place.rawValue)), .init("required", .bool(isRequired)),
            .init("description", .string(description)), .init("schema", schema),
        ])
    }
}

/// The parameters of one request, checked.
package struct RouteArguments: Sendable {
    private var values: [(name: String, value: [UInt8])] = []

    package init() {}

    /// Nil if the parameter was not given.
    package func bytes(_ name: String) -> [UInt8]? {
        values.first { $0.name == name }?.value
    }

    /// What is not UTF-8 becomes U+FFFD.
    package func text(_ name: String) -> String? {
        bytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    package func integer(_ name: String) -> Int64? {
        bytes(name).flatMap(RouteParameter.integer)
    }

    package func flag(_ name: String) -> Bool? {
        bytes(name).flatMap(RouteParameter.flag)
    }

    /// Ms since 1970.
    package func time(_ name: String) -> Int64? {
        bytes(name).flatMap(RouteParameter.time)
    }

    package func subject(_ name: String) -> Subject? {
        bytes(name).flatMap(RouteParameter.subject)
    }

    /// From `since` until before `until`; empty when they exclude each other.
    var range: Range<Int64> {
        let start = time("since") ?? 0
        return start..<max(start, time("until") ?? .max)
    }

    mutating func set(_ name: String, to value: [UInt8]) {
        values.append((name, value))
    }
}
