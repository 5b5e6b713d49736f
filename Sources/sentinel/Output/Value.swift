import SentinelCore

/// One field of a result, in a form that all three output formats come from.
enum Value: Sendable, Equatable {
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    /// ms since 1970. ISO 8601 in UTC for programs, relative for people.
    case time(Int64)
    /// Whole ms for programs (name the field `…_ms`), `3h51m` for people.
    case duration(Duration)
    /// Anything nested. People see lists of words joined by commas, and everything else as JSON.
    case json(JSONValue)
    case null

    /// Ids are opaque bytes: what is not UTF-8 is written as `\xNN`.
    static func bytes(_ bytes: [UInt8]) -> Value {
        .string(SafeText.text(of: bytes))
    }

    /// The value or null, for optional fields: `.optional(block.until, Value.time)`.
    static func optional<Wrapped>(_ wrapped: Wrapped?, _ make: (Wrapped) -> Value) -> Value {
        wrapped.map(make) ?? .null
    }

    /// A list of words, such as flags.
    static func list(_ words: [String]) -> Value {
        .json(.array(words.map { .string($0) }))
    }

    /// As JSON.
    var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .bool(let flag): .bool(flag)
        case .time(let milliseconds): .string(ISO8601.format(milliseconds))
        case .duration(let duration): .int(duration.milliseconds)
        case .json(let value): value
        case .null: .null
        }
    }

    /// As one CSV field before quoting; null is empty.
    var raw: String {
        switch self {
        case .string(let text): text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): flag ? "true" : "false"
        case .time(let milliseconds): ISO8601.format(milliseconds)
        case .duration(let duration): String(duration.milliseconds)
        case .json(.null), .null: ""
        case .json(let value): Self.words(of: value, separator: ";") ?? JSONText.write(value)
        }
    }

    /// For people, still unescaped.
    /// - Parameters:
    ///   - now: ms since 1970.
    ///   - absent: what stands for null.
    func human(now: Int64, absent: String) -> String {
        switch self {
        case .double(let number): Self.rounded(number)
        case .bool(let flag): flag ? "yes" : "no"
        case .time(let milliseconds): HumanTime.relative(milliseconds, now: now)
        case .duration(let duration): HumanTime.span(milliseconds: duration.milliseconds)
        case .json(.null), .null: absent
        case .json(let value): Self.words(of: value, separator: ", ") ?? JSONText.write(value)
        case .string, .int: raw
        }
    }

    /// Whether people expect it at the right edge of its column.
    var isNumber: Bool {
        switch self {
        case .int, .double: true
        default: false
        }
    }

    private static func words(of value: JSONValue, separator: String) -> String? {
        guard case .array(let items) = value else { return nil }
        var text = ""
        for (index, item) in items.enumerated() {
            guard case .string(let word) = item else { return nil }
            text += (index == 0 ? "" : separator) + word
        }
        return text
    }

    /// Two decimals, without the ones that say nothing: `0.1`, `12`, `3.14`.
    private static func rounded(_ number: Double) -> String {
        guard number.isFinite, abs(number) < 1e15 else { return String(number) }
        let text = String((number * 100).rounded() / 100)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
