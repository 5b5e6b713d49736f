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

    /// One expression to be tried on one reading.
    private struct Candidate {
        var entry: Int
        var reading: Int
    }

    package let list: PatternList
    /// How many times an expression was given up, ever.
    package private(set) var exceededTotal = 0

    private let minimumScore: Double
    private let matcher = ExpressionMatcher()
    private var reading: PlainReading
    private var scratch: LiteralScanner.Scratch
    private var candidates: [Candidate] = []
    /// Of each entry, the bits of the sets of words that it requires one of each of.
    private let needed: [UInt8]

    /// - Parameters:
    ///   - minimumScore: of no interest is a text that scores less: its result may then lack hits.
    ///   - maximumBytes: what lies behind this many bytes of a text is not looked at.
    package init(_ list: PatternList, minimumScore: Double = 0, maximumBytes: Int = 4096) {
        self.list = list
        // Sums of weights such as 0.3 + 0.7 may miss 1 by a rounding error.
        self.minimumScore = minimumScore - 1e-9
        reading = PlainReading(maximumBytes: maximumBytes)
        scratch = list.scanner.makeScratch()
        needed = list.entries.map { (1 << UInt8($0.sets)) - 1 }
    }

    /// Searches every reading of the text (see `PlainReading`). Costs what the candidates cost: expressions whose required
    /// words are not in the text are not tried, nor any once the rest cannot reach the minimum score.
    package func search(_ text: [UInt8]) -> Result {
        let readings = reading.readings(of: text)
        var found: [(family: Int, hit: Hit)] = []
        var result = Result()
        candidates.removeAll(keepingCapacity: true)
        for (index, reading) in readings.enumerated() {
            for entry in list.unconditional {
                tryOut(Candidate(entry: entry, reading: index), readings, &found, &result)
            }
            // The bits of the sets of which a word was found. A local array: each access to one of the class is checked.
            var holds = [UInt8](repeating: 0, count: needed.count)
            list.scanner.scan(reading, &scratch) { owner in
                let (entry, set) = owner.quotientAndRemainder(dividingBy: RequiredLiterals.maximumSets)
                let before = holds[entry]
                holds[entry] |= 1 << UInt8(set)
                if holds[entry] == needed[entry], before != needed[entry] {
                    candidates.append(Candidate(entry: entry, reading: index))
                }
            }
        }
        if !candidates.isEmpty { tryOutCandidates(readings, &found, &result) }
        exceededTotal &+= result.exceeded
        result.hits = found.sorted { $0.family < $1.family }.map(\.hit)
        return result
    }

    /// Tries the candidates, the heaviest family first, as long as their weights can still add up.
    private func tryOutCandidates(
        _ readings: [[UInt8]], _ found: inout [(family: Int, hit: Hit)], _ result: inout Result
    ) {
        candidates.sort { (list.entries[$0.entry].rank, $0.entry) < (list.entries[$1.entry].rank, $1.entry) }
        var reachable = found.reduce(0) { $0 + $1.hit.family.weight }
        func isOpen(_ family: Int) -> Bool { !found.contains { $0.family == family } }
        var family = -1
        for candidate in candidates where list.entries[candidate.entry].family != family {
            family = list.entries[candidate.entry].family
            if isOpen(family) { reachable += list.families[family].weight }
        }
        family = -1
        for candidate in candidates {
            let next = list.entries[candidate.entry].family
            if next != family {
                if family >= 0, isOpen(family) { reachable -= list.families[family].weight }
                if reachable < minimumScore { return }
                family = next
            }
            tryOut(candidate, readings, &found, &result)
        }
    }

    /// Nothing is tried for a family that was found already.
    private func tryOut(
        _ candidate: Candidate, _ readings: [[UInt8]], _ found: inout [(family: Int, hit: Hit)], _ result: inout Result
    ) {
        let entry = list.entries[candidate.entry]
        guard !found.contains(where: { $0.family == entry.family }) else { return }
        switch matcher.firstMatch(of: entry.expression, in: readings[candidate.reading]) {
        case .none: break
        case .exceeded: result.exceeded += 1
        case .found(let range):
            let excerpt = Self.excerpt(of: readings[candidate.reading][range])
            found.append((entry.family, Hit(family: list.families[entry.family], line: entry.line, excerpt: excerpt)))
        }
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
