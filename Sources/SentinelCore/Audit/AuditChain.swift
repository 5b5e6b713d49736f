/// Checks the audit log, entry by entry from the oldest on.
package struct AuditChain: Sendable, Equatable {
    /// A place in the log, as it can be kept elsewhere: the number of an entry and its hash.
    package struct Head: Sendable, Equatable, CustomStringConvertible {
        package var number: Int64
        package var hash: String

        package init(number: Int64, hash: String) {
            self.number = number
            self.hash = hash
        }

        /// Reads `<n>:<hash>`, or with a space between them; nil for anything else.
        package init?(parsing text: String) {
            let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == ":" || $0 == " " }
            guard parts.count == 2, let number = Int64(parts[0]), number > 0, parts[1].utf8.count == 40,
                parts[1].utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
            else { return nil }
            self.init(number: number, hash: parts[1].lowercased())
        }

        package var description: String { "\(number):\(hash)" }
    }

    /// How many problems are told.
    private static let mostProblems = 20

    /// Entries that were checked.
    package private(set) var checked = 0
    /// Entries before them that are from before the log was chained: of these nothing can be said.
    package private(set) var unchained = 0
    /// The oldest entry's number that is kept, 0 if none.
    package private(set) var first: Int64 = 0
    /// The newest entry that was checked; nil if none.
    package private(set) var last: Head?
    /// What is wrong, in words, the first of them.
    package private(set) var problems: [String] = []
    /// What must be found, as it is kept elsewhere.
    private var wanted: [(head: Head, name: String)]

    /// - Parameters:
    ///   - newest: what Redis says the newest entry is; nil if it says nothing.
    ///   - known: an entry that somebody wrote down earlier.
    package init(newest: Head?, known: Head? = nil) {
        wanted = []
        if let newest { wanted.append((newest, "the end of the log as Redis has it")) }
        if let known { wanted.append((known, "the entry given")) }
    }

    /// What somebody else found.
    package init(checked: Int, unchained: Int, first: Int64, last: Head?, problems: [String]) {
        self.checked = checked
        self.unchained = unchained
        self.first = first
        self.last = last
        self.problems = problems
        wanted = []
    }

    package static func == (left: AuditChain, right: AuditChain) -> Bool {
        left.checked == right.checked && left.first == right.first && left.last == right.last
            && left.problems == right.problems && left.unchained == right.unchained
    }

    /// Takes the next entry.
    package mutating func add(_ entry: AuditEntry) {
        guard entry.isChained else {
            if checked == 0 { unchained += 1 } else { report("an entry without a hash stands after \(checked) others") }
            return
        }
        if entry.computedHash != entry.hash { report("entry \(entry.number) is not what its hash says") }
        if let last {
            if entry.number != last.number + 1 { report("entry \(entry.number) stands after \(last.number)") }
            if entry.previous != last.hash { report("entry \(entry.number) does not continue entry \(last.number)") }
        } else {
            first = entry.number
            if entry.number == 1, entry.previous != AuditEntry.beginning { report("entry 1 is not the first") }
        }
        for (head, name) in wanted where head.number == entry.number && head.hash != entry.hash {
            report("entry \(entry.number) is not \(name)")
        }
        checked += 1
        last = Head(number: entry.number, hash: entry.hash)
    }

    /// There are no further entries.
    package mutating func end() {
        let newest = last?.number ?? 0
        for (head, name) in wanted where head.number > newest {
            report("the log ends with entry \(newest), and \(name) is \(head.number)")
        }
        if checked > 0, !wanted.contains(where: { $0.head.number >= first && $0.head.number <= newest }) {
            report("nothing says where the log ends")
        }
        for (head, name) in wanted where checked > 0 && head.number < first && name == "the entry given" {
            report("the entry given, \(head.number), is no longer kept: the oldest is \(first)")
        }
    }

    private mutating func report(_ problem: String) {
        if problems.count < Self.mostProblems { problems.append(problem) }
    }
}
