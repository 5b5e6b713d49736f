/// Finds which of many words a text holds, in one pass over it (Aho, Corasick, "Efficient string matching: an aid to
/// bibliographic search", CACM 1975). ASCII case does not matter.
struct LiteralScanner: Sendable {
    /// The room of one scan after another.
    struct Scratch {
        /// The scan in which a state was last reported.
        fileprivate var seen: [UInt32]
        fileprivate var scan: UInt32 = 0
    }

    /// Bytes that no word holds share the class 0; upper and lower case share one, too.
    private let classes: [UInt8]
    private let classCount: Int
    /// A row of `classCount` steps for each state, a state being a beginning of words; the first is that of the empty
    /// one. States stand in the order of their length: most texts keep to the short ones, which stay in the
    /// processor's cache. A step is twice the place of the row it leads to, and one more where words end.
    private let steps: [UInt32]
    private let states: [State]
    private let owners: [Int32]

    private struct State {
        /// What the words that end here were registered for: where that is in `owners`.
        var firstOwner: Int32 = 0
        var ownerCount: Int32 = 0
        /// The longest proper ending of it that is a word, as a state; 0 for none.
        var next: Int32 = 0
    }

    /// - Parameter words: ASCII letters in lower case, not empty, with the number that `scan` gives back for each.
    init(_ words: [(word: [UInt8], owner: Int)]) {
        (classes, classCount) = Self.classes(of: words.map(\.word))
        let trie = Trie(words, classes: classes, count: classCount)
        let width = classCount
        var states: [State] = []
        var owners: [Int32] = []
        var steps: [UInt32] = []
        steps.reserveCapacity(trie.order.count * width)
        for node in trie.order {
            states.append(
                State(
                    firstOwner: Int32(owners.count), ownerCount: Int32(trie.owners[node].count),
                    next: Int32(trie.places[trie.next[node]])))
            owners += trie.owners[node]
            for follow in trie.children[node * width..<(node + 1) * width] {
                let ends = !trie.owners[Int(follow)].isEmpty || trie.next[Int(follow)] != 0
                steps.append(UInt32(trie.places[Int(follow)] * width) << 1 | (ends ? 1 : 0))
            }
        }
        (self.states, self.owners, self.steps) = (states, owners, steps)
    }

    private static func classes(of words: [[UInt8]]) -> (classes: [UInt8], count: Int) {
        var classes = [UInt8](repeating: 0, count: 256)
        var count = 1
        for byte in Set(words.joined()).sorted() {
            classes[Int(byte)] = UInt8(count)
            if 0x61...0x7A ~= byte { classes[Int(byte & 0xDF)] = UInt8(count) }
            count += 1
        }
        return (classes, count)
    }

    func makeScratch() -> Scratch {
        Scratch(seen: Array(repeating: 0, count: states.count))
    }

    /// Calls `body` with the owner of every word in the text; once for a word, however often it is there.
    func scan(_ text: [UInt8], _ scratch: inout Scratch, body: (Int) -> Void) {
        if scratch.scan == .max { scratch = makeScratch() }
        scratch.scan += 1
        let (text, classes, steps) = (text.span, classes.span, steps.span)
        var row = 0
        for place in 0..<text.count {
            let step = steps[row + Int(classes[Int(text[place])])]
            row = Int(step >> 1)
            if step & 1 == 1 { report(row / classCount, &scratch, body) }
        }
    }

    private func report(_ state: Int, _ scratch: inout Scratch, _ body: (Int) -> Void) {
        var state = state
        // Where one was reported, so were those behind it.
        while state != 0, scratch.seen[state] != scratch.scan {
            scratch.seen[state] = scratch.scan
            let found = states[state]
            for owner in Int(found.firstOwner)..<Int(found.firstOwner + found.ownerCount) { body(Int(owners[owner])) }
            state = Int(found.next)
        }
    }
}

/// The beginnings of all words as nodes, in the order in which they came; node 0 is the empty one.
private struct Trie {
    /// For each node and class of bytes the node that follows. After `link` there is always one.
    private(set) var children: [Int32]
    private(set) var owners: [[Int32]] = [[]]
    /// The longest proper ending of a node that is a word; 0 for none.
    private(set) var next = [0]
    /// All nodes by length, and the place of each therein.
    private(set) var order = [0]
    private(set) var places = [0]
    private let width: Int

    init(_ words: [(word: [UInt8], owner: Int)], classes: [UInt8], count: Int) {
        width = count
        children = Array(repeating: -1, count: count)
        for (word, owner) in words {
            var node = 0
            for byte in word { node = child(of: node, Int(classes[Int(byte)])) }
            owners[node].append(Int32(owner))
        }
        link()
    }

    private mutating func child(of node: Int, _ column: Int) -> Int {
        let slot = node * width + column
        if children[slot] < 0 {
            children[slot] = Int32(owners.count)
            owners.append([])
            children.append(contentsOf: repeatElement(-1, count: width))
        }
        return Int(children[slot])
    }

    /// By length, so that the longest proper ending of a node, its fallback, is complete before it is needed.
    private mutating func link() {
        var fallbacks = [Int](repeating: 0, count: owners.count)
        next = fallbacks
        places = fallbacks
        var head = 0
        while head < order.count {
            let node = order[head]
            let fallback = fallbacks[node]
            places[node] = head
            next[node] = owners[fallback].isEmpty ? next[fallback] : fallback
            for column in 0..<width {
                let slot = node * width + column
                let follow = node == 0 ? 0 : children[fallback * width + column]
                if children[slot] < 0 {
                    children[slot] = follow
                } else {
                    fallbacks[Int(children[slot])] = Int(follow)
                    order.append(Int(children[slot]))
                }
            }
            head += 1
        }
    }
}
