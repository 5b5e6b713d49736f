/// Reads one JSON document (RFC 8259) into memory, strictly: duplicate names, trailing bytes, comments, invalid UTF-8
/// and numbers beyond a double are errors. How many bytes to read at most is for the caller to decide.
///
/// Integers that fit 64 bits become `.int`, every other number `.double`.
package struct JSONReader {
    private var scanner: JSONScanner
    private let maximumDepth: Int

    /// - Parameter maximumDepth: How deep arrays and objects may nest, so that a sender cannot exhaust the stack.
    package static func read(_ bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) -> JSONValue {
        var reader = JSONReader(scanner: try JSONScanner(bytes), maximumDepth: maximumDepth)
        let value = try reader.value(depth: 0)
        try reader.scanner.end()
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        switch scanner.peek() {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(scanner.string(of: try scanner.string()))
        case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return try number()
        default:
            if scanner.take(word: "true") { return .bool(true) }
            if scanner.take(word: "false") { return .bool(false) }
            if scanner.take(word: "null") { return .null }
            throw scanner.failure("expected a value")
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = scanner.offset
        let number = try scanner.number()
        let text = String(decoding: scanner.bytes(of: number), as: UTF8.self)
        if number.isInteger, let integer = Int64(text) { return .int(integer) }
        guard let double = Double(text), double.isFinite else {
            throw scanner.failure("this number is too large", at: start)
        }
        return .double(double)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        try open(UInt8(ascii: "["), depth: depth)
        if scanner.take(UInt8(ascii: "]")) { return .array([]) }
        var elements: [JSONValue] = []
        while true {
            elements.append(try value(depth: depth))
            if scanner.take(UInt8(ascii: "]")) { return .array(elements) }
            guard scanner.take(UInt8(ascii: ",")) else { throw scanner.failure("expected ',' or ']'") }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        try open(UInt8(ascii: "{"), depth: depth)
        if scanner.take(UInt8(ascii: "}")) { return .object([]) }
        var members: [JSONValue.Member] = []
        var names = NameSet()
        while true {
            guard scanner.peek() == UInt8(ascii: "\"") else { throw scanner.failure("expected a name in quotes") }
            let start = scanner.offset
            let name = scanner.string(of: try scanner.string())
            guard names.insert(name, among: members) else {
                throw scanner.failure("the name \"\(name)\" is given twice", at: start)
            }
            guard scanner.take(UInt8(ascii: ":")) else { throw scanner.failure("expected ':' after the name") }
            members.append(JSONValue.Member(name, try value(depth: depth)))
            if scanner.take(UInt8(ascii: "}")) { return .object(members) }
            guard scanner.take(UInt8(ascii: ",")) else { throw scanner.failure("expected ',' or '}'") }
        }
    }

    private mutating func open(_ bracket: UInt8, depth: Int) throws(JSONError) {
        if depth > maximumDepth { throw scanner.failure("nested deeper than \(maximumDepth)") }
        _ = scanner.take(bracket)
    }
}

/// The names of one object so far. Small objects are searched in place; from 16 members on a set keeps an object
/// of many members linear. Names differ when their bytes do: `String` alone would take é and e + ◌́ for one.
private struct NameSet {
    private var names: Set<[UInt8]> = []

    mutating func insert(_ name: String, among members: [JSONValue.Member]) -> Bool {
        if members.count < 16 { return !members.contains { $0.name.utf8.elementsEqual(name.utf8) } }
        if names.isEmpty { names = Set(members.map { Array($0.name.utf8) }) }
        return names.insert(Array(name.utf8)).inserted
    }
}
