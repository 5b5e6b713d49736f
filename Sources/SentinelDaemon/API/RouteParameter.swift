import SentinelCore

/// A parameter of a route: checked before the route sees the request, and described in the API's description.
package struct RouteParameter: Sendable {
    package enum Kind: Sendable, Equatable {
        /// So many bytes, any.
        case bytes(ClosedRange<Int>)
        /// The kind of an event: a lower-case letter, then up to 63 lower-case letters, digits or underscores.
        case word
        /// An IPv4 or IPv6 address.
        case address
        case integer(ClosedRange<Int64>)
        /// `true` or `false`.
        case flag
    }

    package enum Place: String, Sendable {
        case query, path
    }

    package var name: String
    package var place: Place
    package var kind: Kind
    package var isRequired: Bool
    package var description: String

    package static func query(
        _ name: String, _ kind: Kind, _ description: String, isRequired: Bool = false
    ) -> RouteParameter {
        RouteParameter(name: name, place: .query, kind: kind, isRequired: isRequired, description: description)
    }

    package static func path(_ name: String, _ kind: Kind, _ description: String) -> RouteParameter {
        RouteParameter(name: name, place: .path, kind: kind, isRequired: true, description: description)
    }

    /// What is wrong with a value, if anything.
    func fault(in value: [UInt8]) -> String? {
        switch kind {
        case .bytes(let range):
            range.contains(value.count)
                ? nil : "has \(value.count) bytes; it can have \(range.lowerBound) to \(range.upperBound)"
        case .word:
            Self.isWord(value) ? nil : "is a lower-case letter, then up to 63 lower-case letters, digits or underscores"
        case .address:
            (try? IPAddress(parsing: value)) == nil ? "is an IPv4 or IPv6 address" : nil
        case .integer(let range):
            Self.integer(value).map(range.contains) == true
                ? nil : "is a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag:
            Self.flag(value) == nil ? "is true or false" : nil
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

    var schema: JSONValue {
        switch kind {
        case .bytes(let range): Schema.string(range)
        case .word: Schema.word
        case .address: Schema.address
        case .integer(let range): Schema.integer(range)
        case .flag: Schema.boolean
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

    mutating func set(_ name: String, to value: [UInt8]) {
        values.append((name, value))
    }
}
