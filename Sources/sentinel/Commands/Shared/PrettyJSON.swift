import SentinelCore

/// JSON for people: a member a line, indented by two spaces, safe for a terminal like ``JSONText``.
enum PrettyJSON {
    /// The document as lines. Objects and arrays that hold nothing nested stay on one line while they are short.
    static func lines(_ value: JSONValue, indent: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indent)
        let flat = JSONText.write(value)
        if isFlat(value), flat.utf8.count + indent <= 100 { return [margin + flat] }
        switch value {
        case .object(let members):
            let inner = members.map { (JSONText.write(.string($0.name)) + ": ", $0.value) }
            return [margin + "{"] + lines(inner, indent) + [margin + "}"]
        case .array(let items):
            return [margin + "["] + lines(items.map { ("", $0) }, indent) + [margin + "]"]
        default: return [margin + flat]
        }
    }

    private static func lines(_ members: [(head: String, value: JSONValue)], _ indent: Int) -> [String] {
        var lines: [String] = []
        let margin = String(repeating: " ", count: indent + 2)
        for (place, member) in members.enumerated() {
            var inner = Self.lines(member.value, indent: indent + 2)
            inner[0] = margin + member.head + inner[0].dropFirst(indent + 2)
            if place < members.count - 1 { inner[inner.count - 1] += "," }
            lines += inner
        }
        return lines
    }

    private static func isFlat(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): members.allSatisfy { !isNested($0.value) }
        case .array(let items): items.allSatisfy { !isNested($0) }
        default: true
        }
    }

    private static func isNested(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): !members.isEmpty
        case .array(let items): !items.isEmpty
        default: false
        }
    }
}
