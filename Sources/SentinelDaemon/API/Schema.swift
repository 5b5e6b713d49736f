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
    /// - Parameter oneNeeded: of these one at least must be there, and not be empty.
    static func closed(
        _ properties: [(String, JSONValue)], required: [String] = [], oneNeeded: [String] = []
    ) -> JSONValue {
        guard case .object(var members) = object(properties, required: required) else { return .null }
        members.append(.init("additionalProperties", .bool(false)))
        if !oneNeeded.isEmpty {
            let present = JSONValue.object([
                .init("type", .array([.string("string"), .string("integer")])), .init("minLength", .int(1)),
            ])
            let ways = oneNeeded.map { object([($0, present)], required: [$0]) }
            members.append(.init("anyOf", .array(ways)))
        }
        return .object(members)
    }

    static func string(maximum: Int? = nil, orNull: Bool = false) -> JSONValue {
        typed("string", orNull, maximum.map { [.init("maxLength", .int(Int64($0)))] } ?? [])
    }

    static func string(_ length: ClosedRange<Int>) -> JSONValue {
        typed(
            "string", false,
            [
                .init("minLength", .int(Int64(length.lowerBound))), .init("maxLength", .int(Int64(length.upperBound))),
            ])
    }

    static func string(pattern: String, maximum: Int? = nil) -> JSONValue {
        typed(
            "string", false,
            [.init("pattern", .string(pattern))] + (maximum.map { [.init("maxLength", .int(Int64($0)))] } ?? []))
    }

    static func integer(_ range: ClosedRange<Int64>? = nil, orNull: Bool = false) -> JSONValue {
        typed(
            "integer", orNull,
            range.map { [.init("minimum", .int($0.lowerBound)), .init("maximum", .int($0.upperBound))] } ?? [])
    }

    static func any(_ schemas: [JSONValue]) -> JSONValue {
        .object([.init("anyOf", .array(schemas))])
    }

    static let boolean = JSONValue.object([.init("type", .string("boolean"))])
    static let null = JSONValue.object([.init("type", .string("null"))])
    /// The kind of an event.
    static let word = string(pattern: "^[a-z][a-z0-9_]{0,63}$")
    static let address = any(["ipv4", "ipv6"].map { typed("string", false, [.init("format", .string($0))]) })

    static let time = any([
        integer(0...Timestamp.latest.milliseconds),
        string(
            pattern: "^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
                + "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$"),
    ])
    /// The plain ones. Every other type goes as well, and addresses and networks, whose forms no pattern here tells.
    static let subject = string(pattern: "^(user|account|device):[^%]{1,64}$")
    static let lineWithoutControls = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
    static let someLineWithoutControls = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$"
    static let note = any([string(pattern: lineWithoutControls, maximum: 256), null])

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

    /// As `JSONEventDecoder` reads it: null and an empty string mean none, and an id may be a number.
    private static var event: JSONValue {
        let none = any([null, string(maximum: 0)])
        let id = JSONValue.object([
            .init("type", .array([.string("string"), .string("integer"), .string("null")])),
            .init("maxLength", .int(256)),
        ])
        let time = any([
            integer(0...Timestamp.latest.milliseconds), none, string(pattern: "^[0-9]{1,14}$"),
            string(
                pattern: "^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
                    + "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?Z$"),
        ])
        return closed(
            [
                ("kind", word), ("user", id), ("ip", any([address, none])), ("text", string(orNull: true)),
                ("object", id), ("email", string(maximum: 320, orNull: true)), ("username", id), ("id", id),
                ("created", time), ("anonymous", any([boolean, null])),
                ("tokens", integer(0...1_000_000_000, orNull: true)), ("status", integer(100...599, orNull: true)),
                ("at", time), ("label", string(maximum: 256, orNull: true)),
                (
                    "source",
                    .object([.init("type", .array([.string("string"), .string("integer"), .string("null")]))])
                ),
            ], required: ["kind"], oneNeeded: ["user", "ip"])
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
