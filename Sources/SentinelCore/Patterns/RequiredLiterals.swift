/// Which words a text must hold for an expression to match: at least one of a set. Without any of them the expression
/// need not be tried, which is what makes a long list cheap.
///
/// Read off the expression as RE2 does for its prefilters (Cox, "Regular expression matching with a trigram index",
/// 2012, <https://swtch.com/~rsc/regexp/regexp4.html>): a sequence requires any one of its parts, so the longest is taken;
/// alternatives require one of each. What is not understood (look-arounds, options, names, `\p`, …) requires nothing.
struct RequiredLiterals {
    /// More alternatives than this say too little to be worth a look-up.
    private static let maximumCount = 96
    /// Shorter ones are in nearly every text.
    private static let minimumLength = 2

    private let source: [UInt8]
    private var index = 0
    private var isUnderstood = true

    private init(_ source: [UInt8]) {
        self.source = source
    }

    /// The set, in ASCII lower case; nil if the expression may match texts without any known word.
    ///
    /// - Parameter expression: one that PCRE2 has compiled, so that it is well formed and not nested deeper than 250.
    static func of(_ expression: [UInt8]) -> [[UInt8]]? {
        var parser = RequiredLiterals(expression)
        let required = parser.alternatives()
        guard parser.isUnderstood, parser.index == expression.count else { return nil }
        return required
    }

    private var next: UInt8? { index < source.count ? source[index] : nil }

    /// Up to a `)` or the end. Nil: nothing is required.
    private mutating func alternatives() -> [[UInt8]]? {
        var all: [[UInt8]]? = []
        while true {
            let one = sequence()
            if let one, let known = all, known.count + one.count <= Self.maximumCount {
                all = known + one
            } else {
                all = nil
            }
            guard isUnderstood, next == UInt8(ascii: "|") else { return all }
            index += 1
        }
    }

    private mutating func sequence() -> [[UInt8]]? {
        var best: [[UInt8]]?
        var run: [UInt8] = []
        func length(_ set: [[UInt8]]?) -> Int { set?.map(\.count).min() ?? 0 }
        func consider(_ set: [[UInt8]]?) {
            if length(set) >= Self.minimumLength, length(set) > length(best) { best = set }
        }
        while isUnderstood, let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            index += 1
            var group: [[UInt8]]?
            let literal: UInt8?
            switch byte {
            case UInt8(ascii: "("):
                literal = nil
                group = self.group()
            case UInt8(ascii: "["):
                literal = nil
                skipClass()
            case UInt8(ascii: "\\"): literal = escaped()
            case UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "$"): literal = nil
            // Letters beyond ASCII have case folds of other lengths.
            case 0x80...: literal = nil
            default: literal = byte
            }
            let (isOptional, isRepeated) = quantifier()
            if let literal, !isOptional {
                run.append(Self.lower(literal))
                if !isRepeated { continue }
            }
            consider([run])
            run = []
            if !isOptional { consider(group) }
        }
        consider([run])
        return best
    }

    private mutating func group() -> [[UInt8]]? {
        if next == UInt8(ascii: "?"), index + 1 < source.count, source[index + 1] == UInt8(ascii: ":") {
            index += 2
        } else if next == UInt8(ascii: "?") || next == UInt8(ascii: "*") {
            isUnderstood = false
            return nil
        }
        let inner = alternatives()
        guard next == UInt8(ascii: ")") else {
            isUnderstood = false
            return nil
        }
        index += 1
        return inner
    }

    private mutating func skipClass() {
        if next == UInt8(ascii: "^") { index += 1 }
        if next == UInt8(ascii: "]") { index += 1 }
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "]"): return
            case UInt8(ascii: "\\"): index += 1
            // `[:alpha:]` and the like end with a bracket of their own.
            case UInt8(ascii: "["): isUnderstood = false
            default: break
            }
        }
        isUnderstood = false
    }

    /// The character that an escape stands for, if it is one.
    private mutating func escaped() -> UInt8? {
        guard let byte = next else {
            isUnderstood = false
            return nil
        }
        index += 1
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            if !"bBAzZGwWdDsShHvVRN".utf8.contains(byte) { isUnderstood = false }
            return nil
        case 0x80...: return nil
        default: return byte
        }
    }

    /// Whether what came before may be left out, and whether it may come more than once.
    private mutating func quantifier() -> (isOptional: Bool, isRepeated: Bool) {
        var bounds: (isOptional: Bool, isRepeated: Bool)
        switch next {
        case UInt8(ascii: "?"): bounds = (true, false)
        case UInt8(ascii: "*"): bounds = (true, true)
        case UInt8(ascii: "+"): bounds = (false, true)
        case UInt8(ascii: "{"):
            guard let end = source[index...].firstIndex(of: UInt8(ascii: "}")), end > index + 1,
                source[index + 1..<end].allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ",") })
            else { return (false, false) }
            // Any bound that begins with a 0 counts as optional: that is never wrong.
            bounds = (source[index + 1] == UInt8(ascii: "0") || source[index + 1] == UInt8(ascii: ","), true)
            index = end
        default: return (false, false)
        }
        index += 1
        if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { index += 1 }
        // PCRE2 lets a repetition be repeated: `a{2}{0}`.
        if let next, "?*+{".utf8.contains(next) { isUnderstood = false }
        return bounds
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        0x41...0x5A ~= byte ? byte | 0x20 : byte
    }
}
