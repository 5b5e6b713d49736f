/// The header fields of a message as they came, looked up by name whatever its case (RFC 9110, section 5).
///
/// Keeps bytes and ranges instead of strings: most fields of most requests are never looked at.
package struct HTTPHeaders: Sendable {
    private struct Field {
        let name: Range<Int>
        let value: Range<Int>
    }

    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    package init() {}

    package var count: Int { fields.count }

    /// The value of the first field of that name. Bytes that are not UTF-8 are replaced by U+FFFD.
    /// - Parameter name: in lower case.
    package subscript(name: StaticString) -> String? {
        first(name).map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    /// The values of all fields of that name, in order.
    /// - Parameter name: in lower case.
    package func all(_ name: StaticString) -> [String] {
        fields.filter { matches($0, name) }.map { String(decoding: bytes[$0.value], as: UTF8.self) }
    }

    /// How many fields have that name.
    func count(_ name: StaticString) -> Int {
        fields.count { matches($0, name) }
    }

    /// Whether a list of tokens such as `Connection` holds this one (in lower case), whatever its case.
    func list(_ name: StaticString, contains token: String) -> Bool {
        all(name).contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { item in
                item.drop { isBlank($0) }.lazy.map(lowered).prefix { !isBlank($0) }.elementsEqual(token.utf8)
            }
        }
    }

    /// Names in lower case with their values, in order: for tests and for what passes fields on.
    package var pairs: [(name: String, value: String)] {
        fields.map { field in
            (
                String(decoding: bytes[field.name].map(lowered), as: UTF8.self),
                String(decoding: bytes[field.value], as: UTF8.self)
            )
        }
    }

    /// Takes one line `name: value` without its line break. False if it is not one: the name must be a token directly
    /// before the colon, the value free of control characters; a folded line is none (RFC 9112, section 5).
    mutating func append(line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isToken), line[(colon + 1)...].allSatisfy(isFieldText)
        else { return false }
        var value = line[(colon + 1)...]
        while let first = value.first, isBlank(first) { value.removeFirst() }
        while let last = value.last, isBlank(last) { value.removeLast() }
        let start = bytes.count
        bytes.append(contentsOf: line[..<colon])
        let middle = bytes.count
        bytes.append(contentsOf: value)
        fields.append(Field(name: start..<middle, value: middle..<bytes.count))
        return true
    }

    private func first(_ name: StaticString) -> Field? {
        fields.first { matches($0, name) }
    }

    private func matches(_ field: Field, _ name: StaticString) -> Bool {
        guard field.name.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { wanted in
            for (place, byte) in zip(field.name, wanted) where lowered(bytes[place]) != byte { return false }
            return true
        }
    }
}

/// A character of a token (RFC 9110, section 5.6.2): methods and field names.
func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"),
        UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"),
        UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default: false
    }
}

/// What a field's value may hold: no control characters but the tab.
func isFieldText(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == 0x09
}

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

func lowered(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
}
