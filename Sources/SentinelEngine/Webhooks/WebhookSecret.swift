import CSodium

/// What a receiver checks signatures with: 256 random bits, as `whsec_<base64>`.
///
/// Signatures are those of Standard Webhooks, for which most languages have a library:
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
package struct WebhookSecret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    let text: String
    private let key: [UInt8]

    private static let head = "whsec_"
    private static let variant = Int32(sodium_base64_VARIANT_ORIGINAL)

    /// A new one.
    init() {
        // Fails only where the kernel has no randomness, and then nothing here may go on.
        precondition(sodium_init() >= 0, "libsodium finds no randomness")
        var key = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_KEYBYTES))
        randombytes_buf(&key, key.count)
        self.key = key
        text = Self.head + Self.base64(key)
    }

    /// Reads what ``text`` was; nil for anything else.
    init?(parsing text: String) {
        guard text.hasPrefix(Self.head) else { return nil }
        let encoded = text.dropFirst(Self.head.count).utf8.map { CChar(bitPattern: $0) }
        var key = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_KEYBYTES))
        var length = 0
        guard sodium_base642bin(&key, key.count, encoded, encoded.count, nil, &length, nil, Self.variant) == 0,
            length == key.count
        else { return nil }
        self.text = text
        self.key = key
    }

    /// The value of `webhook-signature` for a message: HMAC-SHA256 over `<id>.<seconds>.<body>`.
    /// - Parameter seconds: since 1970, as `webhook-timestamp` says.
    func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
        let message = Array("\(id).\(seconds).".utf8) + body
        var hash = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
        crypto_auth_hmacsha256(&hash, message, UInt64(message.count), key)
        return "v1," + Self.base64(hash)
    }

    /// Not the secret: what is printed may end in a log.
    package var description: String { "whsec_…" }
    package var debugDescription: String { description }

    private static func base64(_ bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
        sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
