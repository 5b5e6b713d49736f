/// Writes JSON (RFC 8259) into a growing buffer, without white space; commas come by themselves.
///
/// ```swift
/// var json = JSONWriter()
/// json.beginObject()
/// json.appendName("user")
/// json.appendString(event.user)
/// json.endObject()
/// ```
/// The output is always UTF-8: invalid sequences in byte strings are written as U+FFFD, as the Unicode standard
/// recommends (§3.9), so opaque ids that are not UTF-8 do not survive JSON. Balance of brackets and names is the caller's.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// A value stands before the cursor in the same array or object.
    private var needsComma = false

    package init(reserving capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    /// The whole document as bytes.
    package static func bytes(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.append(value)
        return writer.bytes
    }

    /// Starts over in the same memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Ends a document of a sequence (JSON lines).
    package mutating func appendNewline() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of the member whose value comes next.
    package mutating func appendName(_ name: String) {
        appendString(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func appendString(_ string: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        escape(string.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string from bytes that should be UTF-8; what is not becomes U+FFFD.
    package mutating func appendString(_ string: [UInt8]) {
        if (try? UTF8Span(validating: string.span)) == nil {
            return appendString(String(decoding: string, as: UTF8.self))
        }
        separate()
        bytes.append(UInt8(ascii: "\""))
        escape(string)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func appendInt(_ value: Int64) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// The shortest decimal that reads back as the same double. JSON has no infinities and no NaN: they become `null`.
    package mutating func appendDouble(_ value: Double) {
        guard value.isFinite else { return appendNull() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
    }

    package mutating func appendBool(_ value: Bool) { appendWord(value ? "true" : "false") }
    package mutating func appendNull() { appendWord("null") }

    package mutating func append(_ value: JSONValue) {
        switch value {
        case .null: appendNull()
        case .bool(let bool): appendBool(bool)
        case .int(let int): appendInt(int)
        case .double(let double): appendDouble(double)
        case .string(let string): appendString(string)
        case .array(let elements):
            beginArray()
            for element in elements { append(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                appendName(member.name)
                append(member.value)
            }
            endObject()
        }
    }

    private mutating func appendWord(_ word: String) {
        separate()
        bytes.append(contentsOf: word.utf8)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func escape(_ text: some Collection<UInt8>) {
        // Nearly every string is plain, and copied at once.
        if text.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            bytes.append(contentsOf: text)
            return
        }
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x20...: bytes.append(byte)
            case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
            case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
            case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
            case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
            case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
            default:
                bytes.append(contentsOf: #"\u00"#.utf8)
                bytes.append(UInt8(ascii: "0") + byte >> 4)
                bytes.append(hexDigits[Int(byte & 0xF)])
            }
        }
    }
}

private let hexDigits: [UInt8] = Array("0123456789abcdef".utf8)
