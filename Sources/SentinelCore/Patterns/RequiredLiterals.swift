/// Which words a text must hold for an expression to match: at least one of each of a few sets. Without them the expression
/// need not be tried, which is what makes a long list cheap.
///
/// Read off the expression as RE2 does for its prefilters (Cox, "Regular expression matching with a trigram index",
/// 2012, <https://swtch.com/~rsc/regexp/regexp4.html>): parts of a sequence that can only be a few words are multiplied
/// out; of the sets that a sequence requires, those with the longest words are taken; alternatives require one of each.
/// What is not understood (look-arounds, options, names, `\p`, …) requires nothing.
struct RequiredLiterals {
    /// More words than this say too little to be worth a look-up.
    private static let maximumCount = 96
    /// Words that a sequence is multiplied out to.
    private static let maximumProduct = 64
    private static let maximumLength = 64
    /// `в`, `д`, `о`, `с`, `т`, `ъ`, in lower case.
    private static let manyCases: Set<UInt32> = [0x432, 0x434, 0x43E, 0x441, 0x442, 0x44A]
    /// Shorter ones are in nearly every text.
    private static let minimumLength = 2
    /// Of the sets of an expression, so many are looked for.
    static let maximumSets = 4

    /// What is known of a part of an expression.
    private struct Part {
        /// All that it can match, if that is a few words; the empty one may be among them.
        var exact: [[UInt8]]?
        /// Words of which it requires one; nil: none is known.
        var required: [[UInt8]]?
        /// Of a sequence, all such sets, the rarest words first.
        var sets: [[[UInt8]]] = []
    }

    private struct Repetition {
        var isOptional = false
        var isRepeated = false
    }

    private let source: [UInt8]
    private var index = 0
    private var isUnderstood = true

    private init(_ source: [UInt8]) {
        self.source = source
    }

    /// The set with the rarest words, in ASCII lower case; nil if the expression may match texts without any known word.
    static func of(_ expression: [UInt8]) -> [[UInt8]]? { sets(of: expression).first }

    /// The sets of which a text must hold a word each, in ASCII lower case, `maximumSets` at most; none if the expression
    /// may match texts without any known word.
    ///
    /// - Parameter expression: one that PCRE2 has compiled, so that it is well formed and not nested deeper than 250.
    static func sets(of expression: [UInt8]) -> [[[UInt8]]] {
        var parser = RequiredLiterals(expression)
        let whole = parser.alternatives()
        guard parser.isUnderstood, parser.index == expression.count else { return [] }
        return Array(whole.sets.prefix(maximumSets))
    }

    private var next: UInt8? { index < source.count ? source[index] : nil }

    /// Up to a `)` or the end.
    private mutating func alternatives() -> Part {
        var all = Part(exact: [], required: [])
        var isOnly = true
        while true {
            let one = sequence()
            all.sets = one.sets
            all.exact = Self.union(all.exact, one.exact, atMost: Self.maximumProduct)
            all.required = Self.union(all.required, one.required, atMost: Self.maximumCount)
            guard isUnderstood, next == UInt8(ascii: "|") else { break }
            isOnly = false
            index += 1
        }
        if !isOnly { all.sets = all.required.map { [$0] } ?? [] }
        return all
    }

    private static func union(_ left: [[UInt8]]?, _ right: [[UInt8]]?, atMost count: Int) -> [[UInt8]]? {
        guard let left, let right, left.count + right.count <= count else { return nil }
        return left + right
    }

    private mutating func sequence() -> Part {
        var sets: [[[UInt8]]] = []
        // What the parts since the last unknown one can be together.
        var run: [[UInt8]] = [[]]
        var isExact = true
        // Spaces are everywhere: they do not make a word rarer.
        func rarity(_ set: [[UInt8]]) -> Int { set.map { $0.count { $0 != UInt8(ascii: " ") } }.min() ?? 0 }
        func consider(_ set: [[UInt8]]?) {
            guard let set, set.allSatisfy({ $0.count >= Self.minimumLength }), rarity(set) > 0 else { return }
            // Of equally rare ones the first stays in front.
            sets.insert(set, at: sets.firstIndex { rarity($0) < rarity(set) } ?? sets.endIndex)
        }
        func end(_ required: [[UInt8]]? = nil) {
            consider(run)
            consider(required)
            run = [[]]
            isExact = false
        }
        while isUnderstood, let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            index += 1
            let part = part(byte)
            let repetition = quantifier()
            guard var words = part.exact, !(repetition.isOptional && repetition.isRepeated) else {
                end(repetition.isOptional ? nil : part.required)
                continue
            }
            if repetition.isOptional { words.append([]) }
            if run.count * words.count > Self.maximumProduct || (run.first?.count ?? 0) > Self.maximumLength { end() }
            run = run.flatMap { start in words.map { start + $0 } }
            if repetition.isRepeated { end() }
        }
        consider(run)
        return Part(exact: isExact ? run : nil, required: sets.first, sets: sets)
    }

    /// One character, class, escape, or group.
    private mutating func part(_ byte: UInt8) -> Part {
        switch byte {
        case UInt8(ascii: "("): return group()
        case UInt8(ascii: "["):
            skipClass()
            return Part()
        case UInt8(ascii: "\\"): return escaped()
        case UInt8(ascii: "^"), UInt8(ascii: "$"): return Part(exact: [[]])
        case UInt8(ascii: "."): return Part()
        case 0x80...: return beyondASCII()
        default: return Part(exact: [[Self.lower(byte)]])
        }
    }

    /// Scripts without case and pictures are words; the folds of other letters are PCRE2's business.
    private mutating func beyondASCII() -> Part {
        let start = index - 1
        var place = start
        guard let scalar = ScalarDecoder.next(in: source.span, at: &place) else { return Part() }
        index = place
        switch scalar.value {
        case 0x3000...0x9FFF, 0x1F300...0x1FAFF: return Part(exact: [Array(source[start..<index])])
        // Cyrillic has two cases, a few letters more: U+1C80 and on.
        case 0x410...0x44F:
            let small = scalar.value < 0x430 ? scalar.value + 0x20 : scalar.value
            guard !Self.manyCases.contains(small) else { return Part() }
            let cases = [small, small - 0x20].compactMap(Unicode.Scalar.init)
            return Part(required: cases.map { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) })
        default: return Part()
        }
    }

    private mutating func group() -> Part {
        if next == UInt8(ascii: "?"), index + 1 < source.count, source[index + 1] == UInt8(ascii: ":") {
            index += 2
        } else if next == UInt8(ascii: "?") || next == UInt8(ascii: "*") {
            isUnderstood = false
            return Part()
        }
        let inner = alternatives()
        guard next == UInt8(ascii: ")") else {
            isUnderstood = false
            return Part()
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

    private mutating func escaped() -> Part {
        guard let byte = next else {
            isUnderstood = false
            return Part()
        }
        index += 1
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            // Places, which take no room in the text; then classes of characters.
            if "bBAzZG".utf8.contains(byte) { return Part(exact: [[]]) }
            if !"wWdDsShHvVRN".utf8.contains(byte) { isUnderstood = false }
            return Part()
        case 0x80...: return Part()
        default: return Part(exact: [[byte]])
        }
    }

    private mutating func quantifier() -> Repetition {
        var repetition = Repetition()
        switch next {
        case UInt8(ascii: "?"): repetition.isOptional = true
        case UInt8(ascii: "*"): repetition = Repetition(isOptional: true, isRepeated: true)
        case UInt8(ascii: "+"): repetition.isRepeated = true
        case UInt8(ascii: "{"):
            guard let end = source[index...].firstIndex(of: UInt8(ascii: "}")), end > index + 1,
                source[index + 1..<end].allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ",") })
            else { return repetition }
            // Any bound that begins with a 0 counts as optional: that is never wrong.
            let isOptional = source[index + 1] == UInt8(ascii: "0") || source[index + 1] == UInt8(ascii: ",")
            repetition = Repetition(isOptional: isOptional, isRepeated: true)
            index = end
        default: return repetition
        }
        index += 1
        if next == UInt8(ascii: "?") || next == UInt8(ascii: "+") { index += 1 }
        // PCRE2 lets a repetition be repeated: `a{2}{0}`.
        if let next, "?*+{".utf8.contains(next) { isUnderstood = false }
        return repetition
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        0x41...0x5A ~= byte ? byte | 0x20 : byte
    }
}
