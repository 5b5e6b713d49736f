import SentinelCore

/// A kind of value on the command line: its placeholder in help, how it is read, and how a default is shown.
struct ValueType<Value: Sendable>: Sendable {
    let name: String
    var hint = ParameterSpec.Hint.none
    let parse: @Sendable (String) throws(ValueProblem) -> Value
    /// The value as it would be typed.
    let show: @Sendable (Value) -> String
}

extension ValueType where Value == String {
    /// Any text that is not empty.
    static func string(_ name: String) -> Self {
        Self(name: name, parse: notEmpty, show: { $0 })
    }

    /// The path of a file. Shells complete file names; `-` is left to the command.
    static var file: Self {
        Self(name: "file", hint: .file, parse: notEmpty, show: { $0 })
    }

    /// The path of a folder.
    static var folder: Self {
        Self(name: "dir", hint: .folder, parse: notEmpty, show: { $0 })
    }

    /// The first part of every key: 1…64 of `A-Z a-z 0-9 . _ -`. Braces or colons would move keys to other slots.
    static var namespace: Self {
        Self(
            name: "name",
            parse: { (text) throws(ValueProblem) in
                let isPlain = text.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                        true
                    default: false
                    }
                }
                guard isPlain, (1...64).contains(text.utf8.count) else {
                    throw ValueProblem("\(quoted(text)) is not a namespace: 1 to 64 letters, digits, '.', '_' or '-'")
                }
                return text
            },
            show: { $0 }
        )
    }

    /// The address of a Redis. Only the scheme is checked here, and the rest is never repeated in a message: it may
    /// hold a password.
    static var redisURL: Self {
        let schemes = ["redis", "rediss", "unix", "redis+sentinel", "redis+cluster"]
        return Self(
            name: "url",
            parse: { (text) throws(ValueProblem) in
                // unix:/path is how addresses of sockets are shown.
                guard text.hasPrefix("unix:/") || schemes.contains(where: { text.hasPrefix($0 + "://") }) else {
                    let known = schemes.map { $0 + "://" }.joined(separator: ", ")
                    throw ValueProblem("not a Redis address; it begins with one of \(known)")
                }
                return text
            },
            show: { $0 }
        )
    }

    private static func notEmpty(_ text: String) throws(ValueProblem) -> String {
        guard !text.isEmpty else { throw ValueProblem("the value is empty") }
        return text
    }
}

extension ValueType where Value == Int {
    /// A whole number within the range.
    static func int(_ range: ClosedRange<Int>, _ name: String = "n") -> Self {
        Self(
            name: name,
            parse: { (text) throws(ValueProblem) in
                guard let number = Int(text), range.contains(number) else {
                    let limits =
                        range.upperBound == .max
                        ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
                    throw ValueProblem("\(quoted(text)) is not a whole number \(limits)")
                }
                return number
            },
            show: { String($0) }
        )
    }
}

extension ValueType where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    /// One of the enum's cases, upper or lower case alike.
    static func choice(_ name: String) -> Self {
        let words = Value.allCases.map(\.rawValue)
        return Self(
            name: name,
            hint: .choices(words),
            parse: { (text) throws(ValueProblem) in
                let folded = text.lowercased()
                if let value = Value.allCases.first(where: { $0.rawValue.lowercased() == folded }) { return value }
                let meant = Suggestion.nearest(to: folded, among: words).map { " Did you mean '\($0)'?" } ?? ""
                throw ValueProblem("\(quoted(text)) is not one of \(words.joined(separator: ", "))." + meant)
            },
            show: { $0.rawValue }
        )
    }
}

/// A word of the user's in a message: safe for a terminal, and short.
func quoted(_ text: String) -> String {
    "'" + DisplayWidth.clip(SafeText.escape(text, limit: 80), to: 80) + "'"
}
