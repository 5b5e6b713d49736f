/// An event that is being put together from a record, field by field; every limit on its parts is checked here.
struct EventDraft {
    /// Limits in bytes: what the Redis functions take, and room for the longest address of RFC 5321.
    static let maximumId = 256
    static let maximumKind = 64
    static let maximumText = 1 << 20
    static let maximumEmail = 320
    /// The largest integer that a Lua number (a double) holds exactly.
    static let maximumInteger: Int64 = 1 << 53 - 1

    /// What the functions take as a weight.
    static let maximumNumber: Int64 = 1_000_000_000

    private var event = Event(kind: "")

    /// An empty value is the same as none.
    mutating func set(_ field: EventField, to value: [UInt8]) throws(EventError) {
        if value.isEmpty { return }
        switch field {
        case .at: event.at = try instant(value, field)
        case .created: event.created = try instant(value, field)
        case .kind: event.kind = String(decoding: try limited(value, field, Self.maximumKind), as: UTF8.self)
        case .label: event.label = String(decoding: try limited(value, field, Self.maximumId), as: UTF8.self)
        case .user: event.user = try limited(value, field, Self.maximumId)
        case .ip: event.ip = try limited(value, field, Self.maximumId)
        case .text: event.text = try limited(value, field, Self.maximumText)
        case .object: event.object = try limited(value, field, Self.maximumId)
        case .email: event.email = try limited(value, field, Self.maximumEmail)
        case .username: event.username = try limited(value, field, Self.maximumId)
        case .id: event.id = try limited(value, field, Self.maximumId)
        case .tokens: event.tokens = try integer(value, field, upTo: Self.maximumInteger)
        case .status: event.status = Int(try integer(value, field, upTo: 999))
        case .type: event.report = String(decoding: try limited(value, field, Self.maximumKind), as: UTF8.self)
        case .anonymous: event.anonymous = try flag(value)
        case .source: break
        }
    }

    /// Sets a field that the policy names. An empty value is the same as none.
    mutating func set(_ name: String, _ type: Policy.FieldType, to value: [UInt8]) throws(EventError) {
        if value.isEmpty { return }
        switch type {
        case .id:
            if value.count > Self.maximumId { throw EventError("\"\(name)\" is longer than \(Self.maximumId) bytes") }
        case .number:
            guard let number = decimal(value), number <= Self.maximumNumber else {
                throw EventError("\"\(name)\" must be a whole number from 0 to \(Self.maximumNumber)")
            }
        }
        event.fields[name] = value
    }

    /// Sets an instant that is given in seconds since 1970, with or without a fraction.
    mutating func set(_ field: EventField, toSeconds value: [UInt8]) throws(EventError) {
        if value.isEmpty { return }
        let parts = value.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        var fraction = DigitReader(parts.count > 1 ? parts[1] : [UInt8(ascii: "0")])
        guard let seconds = decimal(parts[0]), let thousandths = fraction.fraction(), fraction.isAtEnd,
            seconds <= Timestamp.latest.milliseconds / 1000
        else { throw EventError("\"\(field)\" must be seconds since 1970") }
        let milliseconds = seconds * 1000 + Int64(thousandths)
        if field == .created { event.created = milliseconds } else { event.at = milliseconds }
    }

    /// The event, if it has all it needs.
    /// - Parameter requiresTime: Recordings say when; of live events Redis tells the time.
    func finished(requiresTime: Bool, defaultKind: String? = nil) throws(EventError) -> Event {
        var event = event
        if event.kind.isEmpty {
            guard let defaultKind else { throw EventError("\"kind\" is missing") }
            event.kind = defaultKind
        }
        if requiresTime, event.at == nil { throw EventError("\"at\" is missing") }
        if event.kind != "report" {
            event.report = nil
        } else if event.report == nil {
            throw EventError("\"type\" is missing: the rule that a report names")
        }
        if event.user == nil, event.ip == nil { throw EventError("a subject is missing: \"user\" or \"ip\"") }
        return event
    }

    private func limited(_ value: [UInt8], _ field: EventField, _ limit: Int) throws(EventError) -> [UInt8] {
        if value.count > limit { throw EventError("\"\(field)\" is longer than \(limit) bytes") }
        return value
    }

    private func instant(_ value: [UInt8], _ field: EventField) throws(EventError) -> Int64 {
        guard let milliseconds = decimal(value) ?? Timestamp(iso8601: value)?.milliseconds,
            0...Timestamp.latest.milliseconds ~= milliseconds
        else { throw EventError("\"\(field)\" must be ms since 1970 or ISO 8601, not before 1970 nor after 9999") }
        return milliseconds
    }

    private func integer(_ value: [UInt8], _ field: EventField, upTo limit: Int64) throws(EventError) -> Int64 {
        guard let number = decimal(value), number <= limit else {
            throw EventError("\"\(field)\" must be a whole number from 0 to \(limit)")
        }
        return number
    }

    private func flag(_ value: [UInt8]) throws(EventError) -> Bool {
        switch String(decoding: value, as: UTF8.self) {
        case "true", "1": true
        case "false", "0": false
        default: throw EventError("\"anonymous\" must be true or false")
        }
    }
}
