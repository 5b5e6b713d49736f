/// Who or what is counted, judged and blocked: `<type>:<id>`, such as `user:42` or `ip:203.0.113.7`.
///
/// The type is a word of ours; the id is opaque bytes of the app's and may hold anything, colons, braces and NUL included.
package struct Subject: Sendable, Hashable {
    /// `[a-z][a-z0-9_]{0,31}`
    package let type: String
    /// 1…256 bytes, never decoded or repaired.
    package let id: [UInt8]

    package static let maximumIdBytes = 256

    /// What is wrong with a subject.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case noColon
        case badType
        case emptyId
        case longId(Int)
        case badEscape

        package var description: String {
            switch self {
            case .noColon: "a subject is written <type>:<id>; the colon is missing"
            case .badType:
                "a subject's type is a lower-case letter, then up to 31 lower-case letters, digits or underscores"
            case .emptyId: "the subject's id is empty"
            case .longId(let count): "the subject's id has \(count) bytes; \(Subject.maximumIdBytes) are allowed"
            case .badEscape: "a % in a subject must be followed by two hexadecimal digits"
            }
        }
    }

    package init(type: String, id: [UInt8]) throws(Invalid) {
        guard Self.isType(type.utf8) else { throw .badType }
        guard !id.isEmpty else { throw .emptyId }
        guard id.count <= Self.maximumIdBytes else { throw .longId(id.count) }
        self.type = type
        self.id = id
    }

    /// For a type and an id made here, which need no check.
    init(trustedType: String, id: [UInt8]) {
        type = trustedType
        self.id = id
    }

    /// Takes a subject apart at its first colon.
    package init(parsing bytes: [UInt8]) throws(Invalid) {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { throw .noColon }
        // Checked before decoding, so that nothing is repaired into a type.
        guard Self.isType(bytes[..<colon]) else { throw .badType }
        try self.init(type: String(decoding: bytes[..<colon], as: UTF8.self), id: Array(bytes[(colon + 1)...]))
    }

    /// Takes back what `description` shows: `%XX` stands for a byte.
    package init(printable text: String) throws(Invalid) {
        guard let bytes = PercentEncoding.decode(text) else { throw .badEscape }
        try self.init(parsing: bytes)
    }

    /// `<type>:<id>`, the form that is hashed, stored and compared.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(type.utf8.count + 1 + id.count)
        bytes.append(contentsOf: type.utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: id)
        return bytes
    }

    /// The id as a whole: byte by byte, as an array hashes itself, takes twice as long.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        id.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    private static func isType(_ word: some Collection<UInt8>) -> Bool {
        guard word.count <= 32, let first = word.first, isLowercase(first) else { return false }
        return word.allSatisfy { isLowercase($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isLowercase(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
    }
}

extension Subject: CustomStringConvertible {
    /// The form for terminals and JSON, see `PercentEncoding`.
    package var description: String {
        PercentEncoding.encode(bytes)
    }
}
