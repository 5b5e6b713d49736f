import SentinelCore

extension PolicySource {
    /// The text as it travels in the library, whence `sentinel_info` gives it back.
    var inLua: String {
        let lists = lists.sorted { $0.key < $1.key }
            .map { "\(Self.literal(Array($0.key.utf8))), \(Self.literal($0.value))" }
        return "POLICY.source = \(Self.literal(yaml))\nPOLICY.lists = { \(lists.joined(separator: ", ")) }\n"
    }

    /// A string literal in printable ASCII that no bytes can end early.
    /// <https://www.lua.org/manual/5.1/manual.html#2.1>
    private static func literal(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = [UInt8(ascii: "'")]
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): text += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 32...126: text.append(byte)
            default:
                // Always three digits: the next byte may be one.
                let digits = [byte / 100, byte / 10 % 10, byte % 10].map { $0 + UInt8(ascii: "0") }
                text += [UInt8(ascii: "\\")] + digits
            }
        }
        return String(decoding: text + [UInt8(ascii: "'")], as: UTF8.self)
    }
}
