import SentinelCore

/// Shapes of JSON (JSON Schema 2020-12), for the API's description.
enum Schema {
    static func reference(_ name: String) -> JSONValue {
        .object([.init("$ref", .string("#/components/schemas/\(name)"))])
    }

    static func array(of items: JSONValue, maximum: Int? = nil) -> JSONValue {
        .object(
            [.init("type", .string("array")), .init("items", items)]
                + (maximum.map { [.init("maxItems", .int(Int64($0)))] } ?? []))
    }

    static func object(_ properties: [(String, JSONValue)], required: [String]) -> JSONValue {
        .object([
            .init("type", .string("object")),
            .init("properties", .object(properties.map { .init($0.0, $0.1) })),
            .init("required", .array(required.map(JSONValue.string))),
        ])
    }

    /// An object without other members.
    static func closed(_ properties: [(String, JSONValue)], required: [String]) -> JSONValue {
        guard case .object(let members) = object(properties, required: required) else { return .null }
        return .object(members + [.init("additionalProperties", .bool(false))])
    }

    static func string(maximum: Int? = nil, orNull: Bool = false) -> JSONValue {
        typed("string", orNull, maximum.map { [.init("maxLength", .int(Int64($0)))] } ?? [])
    }

    static func integer(_ range: ClosedRange<Int64>? = nil, orNull: Bool = false) -> JSONValue {
        typed(
            "integer", orNull,
            range.map { [.init("minimum", .int($0.lowerBound)), .init("maximum", .int($0.upperBound))] } ?? [])
    }

    static func choice(_ words: [String], orNull: Bool = false) -> JSONValue {
        .object([.init("enum", .array(words.map(JSONValue.string) + (orNull ? [.null] : [])))])
    }

    private static func typed(_ name: String, _ orNull: Bool, _ more: [JSONValue.Member]) -> JSONValue {
        let type: JSONValue = orNull ? .array([.string(name), .string("null")]) : .string(name)
        return .object([.init("type", type)] + more)
    }

    /// Shapes that several routes speak of, by name.
    static var shared: [JSONValue.Member] {
        [.init("Event", event), .init("Verdict", verdict), .init("Problem", problem)]
    }

    private static var event: JSONValue {
        let id = JSONValue.object([
            .init("type", .array([.string("string"), .string("integer"), .string("null")])),
            .init("maxLength", .int(256)), .init("minimum", .int(0)),
        ])
        let time = JSONValue.object([
            .init("type", .array([.string("string"), .string("integer"), .string("null")])),
            .init("description", .string("ms since 1970, or ISO 8601")),
        ])
        return closed(
            [
                (
                    "kind",
                    .object([.init("type", .string("string")), .init("pattern", .string("^[a-z][a-z0-9_]{0,63}$"))])
                ),
                ("user", id), ("ip", string(maximum: 64, orNull: true)), ("text", string(orNull: true)),
                ("object", id), ("email", string(maximum: 320, orNull: true)), ("username", id), ("id", id),
                ("created", time),
                ("anonymous", .object([.init("type", .array([.string("boolean"), .string("null")]))])),
                ("tokens", integer(0...1_000_000_000, orNull: true)), ("status", integer(100...599, orNull: true)),
                ("at", time), ("label", string(maximum: 256, orNull: true)), ("source", id),
            ], required: ["kind"])
    }

    private static var verdict: JSONValue {
        object(
            [
                ("verdict", choice(["allow", "limit", "block", "challenge"])),
                ("rule", string(orNull: true)), ("limit", integer(orNull: true)),
                ("remaining", integer(orNull: true)), ("retry_after_ms", integer(orNull: true)),
                ("flags", array(of: string())), ("subject", string(orNull: true)),
                ("reason", string(orNull: true)), ("ref", string(orNull: true)),
            ],
            required: [
                "verdict", "rule", "limit", "remaining", "retry_after_ms", "flags", "subject", "reason", "ref",
            ])
    }

    private static var problem: JSONValue {
        object(
            [
                ("type", string()), ("title", string()), ("status", integer(400...599)), ("detail", string()),
                ("ref", string()), ("violated-policies", array(of: string())),
            ], required: ["type", "title", "status"])
    }
}
