/// Finds which of many words a text holds, in one pass over it (Aho, Corasick, "Efficient string matching: an aid to
/// bibliographic search", CACM 1975). ASCII case does not matter.
struct LiteralScanner: Sendable {
    /// A state for every beginning of a word; state 0 is the empty one.
    private struct State {
        /// The state of the longest proper ending that is a beginning, too.
        var fallback: Int32 = 0
        /// The nearest state along the fallbacks, this one included, at which a word ends; -1: none.
        var report: Int32 = -1
        /// What the words that end here were registered for.
        var owners: [Int32] = []
    }

    /// The room of one scan after another.
    struct Scratch {
        /// The scan in which a state was last reported.
        fileprivate var seen: [UInt32]
        fileprivate var scan: UInt32 = 0
    }

    private var states = [State()]
    /// The state that follows on a class of bytes: `classCount` columns for each state.
    private var table: [Int32]
    /// Bytes that no word holds share the class 0; upper and lower case share one, too.
    private let classes: [UInt16]
    private let classCount: Int

    /// - Parameter words: ASCII letters in lower case, not empty, with the number that `scan` gives back for each.
    init(_ words: [(word: [UInt8], owner: Int)]) {
        var classes = [UInt16](repeating: 0, count: 256)
        var count: UInt16 = 1
        for byte in Set(words.flatMap(\.word)).sorted() {
            classes[Int(byte)] = count
            if 0x61...0x7A ~= byte { classes[Int(byte & 0xDF)] = count }
            count += 1
        }
        self.classes = classes
        classCount = Int(count)
        table = Array(repeating: -1, count: classCount)
        for (word, owner) in words { add(word, owner) }
        link()
    }

    private mutating func add(_ word: [UInt8], _ owner: Int) {
        var state = 0
        for byte in word {
            let slot = state * classCount + Int(classes[Int(byte)])
            if table[slot] < 0 {
                table[slot] = Int32(states.count)
                states.append(State())
                table.append(contentsOf: repeatElement(-1, count: classCount))
            }
            state = Int(table[slot])
        }
        states[state].owners.append(Int32(owner))
    }

    /// Breadth first, so that a fallback, which is shorter, is complete before it is needed.
    private mutating func link() {
        var queue: [Int] = []
        for column in 0..<classCount {
            let child = table[column]
            table[column] = max(0, child)
            if child > 0 { queue.append(Int(child)) }
        }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let fallback = Int(states[state].fallback)
            states[state].report = states[state].owners.isEmpty ? states[fallback].report : Int32(state)
            for column in 0..<classCount {
                let slot = state * classCount + column
                let follow = table[fallback * classCount + column]
                if table[slot] < 0 {
                    table[slot] = follow
                } else {
                    states[Int(table[slot])].fallback = follow
                    queue.append(Int(table[slot]))
                }
            }
        }
    }

    func makeScratch() -> Scratch {
        Scratch(seen: Array(repeating: 0, count: states.count))
    }

    /// Calls `body` with the owner of every word in the text; once for a word, however often it is there.
    func scan(_ text: [UInt8], _ scratch: inout Scratch, body: (Int) -> Void) {
        if scratch.scan == .max {
            scratch = makeScratch()
        }
        scratch.scan += 1
        var state = 0
        for byte in text {
            state = Int(table[state * classCount + Int(classes[Int(byte)])])
            var report = Int(states[state].report)
            // Where one state was reported, so were those behind it.
            while report >= 0, scratch.seen[report] != scratch.scan {
                scratch.seen[report] = scratch.scan
                for owner in states[report].owners { body(Int(owner)) }
                report = Int(states[Int(states[report].fallback)].report)
            }
        }
    }
}
