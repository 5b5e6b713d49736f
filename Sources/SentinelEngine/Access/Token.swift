import CSodium
import SentinelCore

/// A token of the HTTP API as Redis keeps it: everything but the token.
package struct Token: Sendable, Equatable {
    /// Not secret: the middle part of the token.
    package var id: String
    package var role: Role
    /// Whom or what it is for.
    package var name: String
    /// Who made it.
    package var by: String
    /// Ms since 1970.
    package var created: Int64
    /// When it ends, ms since 1970; nil: never.
    package var until: Int64?
    /// BLAKE2b-256 of the token. It has 256 random bits, so nothing slower is needed: there is nothing to guess.
    var hash: [UInt8]

    init(id: String, role: Role, name: String, by: String, created: Int64, until: Int64?, hash: [UInt8]) {
        self.id = id
        self.role = role
        self.name = name
        self.by = by
        self.created = created
        self.until = until
        self.hash = hash
    }

    /// Reads the JSON of a token; nil for anything else.
    init?(id: String, json: [UInt8]) {
        guard let value = try? JSONReader.read(json),
            let role = value["role"]?.text.flatMap(Role.init(rawValue:)), role != .anyone,
            let hash = value["hash"]?.text.flatMap(Self.bytes(hex:)), let until = value["until"],
            until == .null || until.integer != nil
        else { return nil }
        self.id = id
        self.role = role
        self.hash = hash
        self.until = until.integer
        name = value["name"]?.text ?? ""
        by = value["by"]?.text ?? ""
        created = value["created"]?.integer ?? 0
    }

    /// Whether this is the token, at that time (ms since 1970). Takes the same time whatever differs.
    package func accepts(_ secret: Secret, at time: Int64) -> Bool {
        let given = secret.hash
        let isEqual = given.count == hash.count && sodium_memcmp(given, hash, hash.count) == 0
        return isEqual && (until ?? .max) > time
    }

    private static func bytes(hex: String) -> [UInt8]? {
        guard hex.utf8.count == 2 * Secret.hashBytes else { return nil }
        let digits = Array(hex.utf8)
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[place..<(place + 2)], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    /// What its owner has: `sentinel_<id>_<64 hexadecimal digits>`. The head lets scanners of repositories find it.
    package struct Secret: Sendable {
        static let hashBytes = 32
        private static let head = "sentinel_"
        /// Most bytes of a token: an id has 32 at most.
        private static let maximumBytes = 128

        package let text: String
        package let id: String

        /// A new one.
        package init() {
            // Fails only where the kernel has no randomness, and then nothing here may go on.
            precondition(sodium_init() >= 0, "libsodium finds no randomness")
            id = "t" + Self.newId()
            text = Self.head + id + "_" + Self.hex(Self.random(32))
        }

        /// Takes apart what a caller sent; nil if it cannot be a token.
        package init?(parsing text: String) {
            guard text.hasPrefix(Self.head), text.utf8.count <= Self.maximumBytes else { return nil }
            let parts = text.dropFirst(Self.head.count).split(separator: "_", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
            self.text = text
            id = String(parts[0])
        }

        /// BLAKE2b-256 of the whole token. <https://doc.libsodium.org/hashing/generic_hashing>
        package var hash: [UInt8] {
            var hash = [UInt8](repeating: 0, count: Self.hashBytes)
            let bytes = Array(text.utf8)
            crypto_generichash(&hash, hash.count, bytes, UInt64(bytes.count), nil, 0)
            return hash
        }

        package var hashHex: String { Self.hex(hash) }

        /// 14 hexadecimal digits.
        static func newId() -> String { hex(random(7)) }

        private static func random(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            randombytes_buf(&bytes, count)
            return bytes
        }

        private static func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}
