/// Marks on prefixes of bit strings, and the longest one that a string begins with: a binary tree without one-way
/// branches (PATRICIA: D. R. Morrison, JACM 15(4), 1968), as routing tables use it.
///
/// All nodes lie in one array, marks in another, so that a prefix costs at most two nodes and a mark: 56 bytes of IPv4, 80
/// of IPv6. A look-up takes at most as many steps as the string has bits, whoever chose the prefixes; there is nothing
/// to rehash, and so no insertion that takes long, but for the arrays' growth by an eighth.
struct PrefixTree<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private struct Node: Sendable {
        /// Zero behind the prefix.
        var bits: Bits
        /// The children by the bit behind the prefix; -1 for none. Of a free node `low` is the next free one.
        var low: Int32
        var high: Int32
        /// -1: none, the node only branches. -2: the node is free.
        var mark: Int32
        var length: UInt8
    }

    private static var none: Int32 { -1 }
    private static var free: Int32 { -2 }

    private var nodes: [Node] = []
    private var marks: [BlockMark] = []
    private var root = none
    private var freeNode = none
    private var freeMarks: [Int32] = []
    private(set) var count = 0

    init() {}

    /// Bytes that the arrays take.
    var bytes: Int {
        nodes.capacity * MemoryLayout<Node>.stride + marks.capacity * MemoryLayout<BlockMark>.stride
            + freeMarks.capacity * MemoryLayout<Int32>.stride
    }

    /// Makes room for so many prefixes.
    mutating func reserve(_ count: Int) {
        nodes.reserveCapacity(2 * count)
        marks.reserveCapacity(count)
    }

    // MARK: Looking up

    /// The mark of the longest prefix of `bits` whose mark is active.
    func longest(_ bits: Bits, at now: Int64) -> BlockMark? {
        var found: BlockMark?
        var at = root
        while at >= 0 {
            let node = nodes[Int(at)]
            guard Self.masked(bits, Int(node.length)) == node.bits else { break }
            if node.mark >= 0, marks[Int(node.mark)].isActive(at: now) { found = marks[Int(node.mark)] }
            guard Int(node.length) < Bits.bitWidth else { break }
            at = Self.bit(bits, Int(node.length)) ? node.high : node.low
        }
        return found
    }

    // MARK: Changing

    /// Marks a prefix, in place of its old mark. Bits behind the prefix do not matter.
    mutating func set(_ wanted: Bits, _ length: Int, _ mark: BlockMark) {
        let bits = Self.masked(wanted, length)
        var parent = Self.none
        var at = root
        while at >= 0 {
            let node = nodes[Int(at)]
            let size = Int(node.length)
            let common = min(Self.common(bits, node.bits), min(size, length))
            if common < size {
                // It branches off above this node, or stands above it.
                let leaf: Int32
                if common == length {
                    leaf = makeNode(bits, length, mark)
                    attach(at, under: leaf, Self.bit(node.bits, length))
                } else {
                    leaf = makeNode(Self.masked(bits, common), common, nil)
                    attach(makeNode(bits, length, mark), under: leaf, Self.bit(bits, common))
                    attach(at, under: leaf, Self.bit(node.bits, common))
                }
                return replace(at, by: leaf, under: parent)
            }
            if size == length {
                if node.mark >= 0 { marks[Int(node.mark)] = mark } else { nodes[Int(at)].mark = makeMark(mark) }
                return
            }
            parent = at
            at = Self.bit(bits, size) ? node.high : node.low
        }
        let leaf = makeNode(bits, length, mark)
        if parent < 0 {
            root = leaf
        } else {
            attach(leaf, under: parent, Self.bit(bits, Int(nodes[Int(parent)].length)))
        }
    }

    /// Takes the mark of a prefix away. False if it has none.
    @discardableResult
    mutating func remove(_ wanted: Bits, _ length: Int) -> Bool {
        let bits = Self.masked(wanted, length)
        var above = Self.none
        var parent = Self.none
        var at = root
        while at >= 0 {
            let node = nodes[Int(at)]
            guard Int(node.length) <= length, Self.masked(bits, Int(node.length)) == node.bits else { return false }
            if Int(node.length) == length { break }
            above = parent
            parent = at
            at = Self.bit(bits, Int(node.length)) ? node.high : node.low
        }
        guard at >= 0, nodes[Int(at)].mark >= 0 else { return false }
        freeMarks.append(nodes[Int(at)].mark)
        count -= 1
        nodes[Int(at)].mark = Self.none
        if let child = onlyChild(of: at) {
            replace(at, by: child, under: parent)
            release(at)
            // A node that only branches and has one way left goes too.
            if child < 0, parent >= 0, nodes[Int(parent)].mark < 0, let other = onlyChild(of: parent) {
                replace(parent, by: other, under: above)
                release(parent)
            }
        }
        return true
    }

    /// Looks at so many nodes from that place on and takes out marks that are over. Returns the place to go on at; 0
    /// when it came to the end.
    mutating func sweep(from start: Int, atMost limit: Int, at now: Int64) -> Int {
        let end = min(nodes.count, start + limit)
        for place in stride(from: start, to: end, by: 1) {
            let node = nodes[place]
            if node.mark >= 0, !marks[Int(node.mark)].isActive(at: now) { remove(node.bits, Int(node.length)) }
        }
        return end >= nodes.count ? 0 : end
    }

    // MARK: Listing

    var places: Int { nodes.count }

    /// The marked prefix at a place in 0..<``places``; a prefix keeps its place until it is removed.
    func entry(at place: Int) -> (bits: Bits, length: Int, mark: BlockMark)? {
        let node = nodes[place]
        return node.mark >= 0 ? (node.bits, Int(node.length), marks[Int(node.mark)]) : nil
    }

    // MARK: Nodes

    private mutating func makeMark(_ mark: BlockMark) -> Int32 {
        count += 1
        if let place = freeMarks.popLast() {
            marks[Int(place)] = mark
            return place
        }
        if marks.count == marks.capacity { marks.reserveCapacity(marks.count + max(16, marks.count / 8)) }
        marks.append(mark)
        return Int32(marks.count - 1)
    }

    private mutating func makeNode(_ bits: Bits, _ length: Int, _ mark: BlockMark?) -> Int32 {
        let node = Node(
            bits: bits, low: Self.none, high: Self.none, mark: mark.map { makeMark($0) } ?? Self.none,
            length: UInt8(length))
        if freeNode >= 0 {
            let place = freeNode
            freeNode = nodes[Int(place)].low
            nodes[Int(place)] = node
            return place
        }
        if nodes.count == nodes.capacity { nodes.reserveCapacity(nodes.count + max(16, nodes.count / 8)) }
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    private mutating func release(_ place: Int32) {
        nodes[Int(place)].mark = Self.free
        nodes[Int(place)].low = freeNode
        freeNode = place
    }

    /// The child of a node that has at most one, -1 for none; nil if it has two.
    private func onlyChild(of place: Int32) -> Int32? {
        let node = nodes[Int(place)]
        if node.low >= 0 { return node.high >= 0 ? nil : node.low }
        return node.high
    }

    private mutating func attach(_ child: Int32, under parent: Int32, _ isHigh: Bool) {
        if isHigh { nodes[Int(parent)].high = child } else { nodes[Int(parent)].low = child }
    }

    private mutating func replace(_ old: Int32, by new: Int32, under parent: Int32) {
        if parent < 0 {
            root = new
        } else if nodes[Int(parent)].low == old {
            nodes[Int(parent)].low = new
        } else {
            nodes[Int(parent)].high = new
        }
    }

    // MARK: Bits

    private static func masked(_ bits: Bits, _ length: Int) -> Bits {
        length == 0 ? 0 : bits & ~Bits(0) << (Bits.bitWidth - length)
    }

    private static func bit(_ bits: Bits, _ place: Int) -> Bool {
        bits >> (Bits.bitWidth - 1 - place) & 1 == 1
    }

    private static func common(_ left: Bits, _ right: Bits) -> Int { (left ^ right).leadingZeroBitCount }
}
