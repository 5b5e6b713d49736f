/// Searches texts for the expressions of a list. Belongs to one thread: it reuses its room from text to text.
package final class PatternMatcher {
    /// One family found in a text.
    package struct Hit: Sendable, Equatable {
        package var family: PatternList.Family
        /// The line of the list with the expression.
        package var line: Int
        /// What it matched, cut to a few words and safe to show: no control, format or invisible characters.
        package var excerpt: String
    }

    package struct Result: Sendable, Equatable {
        /// In the order of the list.
        package var hits: [Hit] = []
        /// Expressions that were given up on this text because it made them try too much. They count as no match.
        package var exceeded = 0

        /// The sum of the weights.
        package var score: Double { hits.reduce(0) { $0 + $1.family.weight } }
    }

    /// Bytes of an excerpt.
    private static let excerptLength = 80

    package let list: PatternList
    /// How many times an expression was given up, ever.
    package private(set) var exceededTotal = 0

    private let matcher = ExpressionMatcher()
    private var reading: PlainReading
    private var scratch: LiteralScanner.Scratch
    private var candidates: [Int] = []
    private var isCandidate: [Bool]

    /// - Parameter maximumBytes: what lies behind this many bytes of a text is not looked at.
    package init(_ list: PatternList, maximumBytes: Int = 4096) {
        self.list = list
        reading = PlainReading(maximumBytes: maximumBytes)
        scratch = list.scanner.makeScratch()
        isCandidate = Array(repeating: false, count: list.entries.count)
    }

    /// Searches every reading of the text (see `PlainReading`). Costs about what the candidates cost: expressions whose
    /// required words are not in the text are not tried.
    package func search(_ text: [UInt8]) -> Result {
        var result = Result()
        var found: [Int: Hit] = [:]
        for reading in reading.readings(of: text) {
            collectCandidates(in: reading)
            for index in candidates {
                let entry = list.entries[index]
                guard found[entry.family] == nil else { continue }
                switch matcher.firstMatch(of: entry.expression, in: reading) {
                case .none: break
                case .exceeded: result.exceeded += 1
                case .found(let range):
                    found[entry.family] = Hit(
                        family: list.families[entry.family], line: entry.line,
                        excerpt: Self.excerpt(of: reading[range]))
                }
            }
        }
        exceededTotal &+= result.exceeded
        result.hits = found.sorted { $0.key < $1.key }.map(\.value)
        return result
    }

    private func collectCandidates(in text: [UInt8]) {
        candidates.removeAll(keepingCapacity: true)
        candidates.append(contentsOf: list.unconditional)
        var named: [Int] = []
        swap(&named, &candidates)
        list.scanner.scan(text, &scratch) { owner in
            if !isCandidate[owner] {
                isCandidate[owner] = true
                named.append(owner)
            }
        }
        for owner in named { isCandidate[owner] = false }
        named.sort()
        candidates = named
    }

    private static func excerpt(of bytes: ArraySlice<UInt8>) -> String {
        var text = ""
        for scalar in String(decoding: bytes.prefix(excerptLength), as: UTF8.self).unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                text.unicodeScalars.append(" ")
            default: text.unicodeScalars.append(scalar)
            }
        }
        return bytes.count > excerptLength ? text + "…" : text
    }
}
