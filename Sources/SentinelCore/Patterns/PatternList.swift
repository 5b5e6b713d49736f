import CSentinelLists

/// Regular expressions in families with weights: what a text is searched for. Read from text, one expression a line.
///
/// ```
/// # a comment
/// [override 1]
/// \bignore (?:all|previous) instructions\b
/// [take-a-role 0.3]
/// \bpretend to be\b
/// ```
///
/// `[name weight]` opens a family; names are of letters, digits, `-` and `_`, weights from 0.01 to 100. A family counts
/// once in a text, whichever and however many of its expressions match. Expressions in front of the first heading are
/// families of their own with weight 1, named `line-<n>`, so that a plain list of expressions works as one expects.
/// Blank lines, and lines that begin with `#`, say nothing; `\#` matches a `#` at the beginning of a line.
package struct PatternList: Sendable {
    package struct Family: Sendable, Equatable {
        package var name: String
        package var weight: Double
    }

    /// What is wrong with a list, all of it.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package struct Problem: Sendable, Equatable {
            /// Both from 1; the column counts bytes.
            package var line: Int
            package var column: Int
            package var reason: String
        }

        package var problems: [Problem]

        package var description: String {
            problems.map { "\($0.line):\($0.column): \($0.reason)" }.joined(separator: "\n")
        }
    }

    struct Entry: Sendable {
        var expression: Expression
        var family: Int
        /// How many sets of words a text must hold one of each of, see `RequiredLiterals`.
        var sets: Int
        /// The place of its family, the heaviest first.
        var rank: Int
        var line: Int
    }

    /// Bounds of a list, in bytes and expressions.
    package static let maximumLength = 256 * 1024
    package static let maximumCount = 2000

    package private(set) var families: [Family] = []
    /// The text it was read from.
    package let source: [UInt8]
    private(set) var entries: [Entry] = []
    /// Finds the words that entries require: gives back `RequiredLiterals.maximumSets` times the entry, and the set.
    let scanner: LiteralScanner
    /// Entries that must always be tried.
    let unconditional: [Int]

    /// How many expressions it has.
    package var count: Int { entries.count }

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - text: UTF-8; lines end with LF or CRLF.
    ///   - isCaseless: whether `a` also matches `A`.
    package init(parsing text: [UInt8], isCaseless: Bool = true) throws(Invalid) {
        source = text
        var problems: [Invalid.Problem] = []
        var words: [(word: [UInt8], owner: Int)] = []
        var unconditional: [Int] = []
        if text.count > Self.maximumLength {
            throw Invalid(problems: [.init(line: 1, column: 1, reason: "more than \(Self.maximumLength) bytes")])
        }
        var isInFamily = false
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, slice) in zip(1..., lines) {
            var line = slice
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            guard line.contains(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }),
                line.first != UInt8(ascii: "#")
            else { continue }
            if let family = Self.heading(line) {
                isInFamily = true
                families.append(family)
                if !(0.01...100).contains(family.weight) {
                    problems.append(
                        .init(line: number, column: family.name.utf8.count + 3, reason: "a weight is from 0.01 to 100"))
                }
                continue
            }
            if entries.count == Self.maximumCount {
                problems.append(.init(line: number, column: 1, reason: "more than \(Self.maximumCount) expressions"))
                break
            }
            do throws(Expression.Invalid) {
                let expression = try Expression(Array(line), isCaseless: isCaseless)
                if !isInFamily { families.append(Family(name: "line-\(number)", weight: 1)) }
                let owner = entries.count
                let sets = RequiredLiterals.sets(of: Array(line))
                for (number, set) in sets.enumerated() {
                    words += set.map { ($0, owner * RequiredLiterals.maximumSets + number) }
                }
                if sets.isEmpty { unconditional.append(owner) }
                entries.append(
                    Entry(
                        expression: expression, family: families.count - 1, sets: sets.count, rank: 0, line: number))
            } catch {
                problems.append(.init(line: number, column: error.offset + 1, reason: error.reason))
            }
        }
        let weights = families.map(\.weight)
        let order = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
        var ranks = order
        for (rank, family) in order.enumerated() { ranks[family] = rank }
        for index in entries.indices { entries[index].rank = ranks[entries[index].family] }
        scanner = LiteralScanner(words)
        self.unconditional = unconditional
        guard problems.isEmpty else { throw Invalid(problems: problems) }
    }

    /// `[name weight]`, and nothing else in the line.
    private static func heading(_ line: ArraySlice<UInt8>) -> Family? {
        guard line.first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") else { return nil }
        let parts = line.dropFirst().dropLast().split(
            separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty,
            parts[0].allSatisfy({
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }),
            parts[1].allSatisfy({ 0x30...0x39 ~= $0 || $0 == UInt8(ascii: ".") }),
            let weight = Double(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        return Family(name: String(decoding: parts[0], as: UTF8.self), weight: weight)
    }
}

extension PatternList: Equatable {
    package static func == (left: PatternList, right: PatternList) -> Bool {
        left.source == right.source
    }
}

extension PatternList {
    /// The built-in list of attempts to talk a language model out of its instructions: `lists/jailbreak.txt`.
    package static let jailbreak: PatternList = {
        var length = 0
        // The bytes are static: they live as long as the program.
        let bytes = UnsafeRawBufferPointer(start: sentinel_list_jailbreak(&length), count: length)
        do throws(Invalid) {
            return try PatternList(parsing: Array(bytes))
        } catch {
            // A test reads the list: no build that passed has another.
            fatalError("the built-in list lists/jailbreak.txt is wrong:\n\(error)")
        }
    }()
}
