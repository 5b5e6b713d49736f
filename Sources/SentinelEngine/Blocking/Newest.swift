/// The newest so many of a long list that comes in any order, in memory for twice as many.
package struct Newest<Element> {
    private let limit: Int
    private let time: (Element) -> Int64
    private var kept: [Element] = []
    /// How many came in all.
    package private(set) var total = 0

    package init(_ limit: Int, by time: @escaping (Element) -> Int64) {
        self.limit = max(0, limit)
        self.time = time
    }

    package mutating func add(_ element: Element) {
        total += 1
        kept.append(element)
        if kept.count >= 2 * limit + 1000 { kept = elements }
    }

    /// Newest first.
    package var elements: [Element] {
        Array(kept.sorted { time($0) > time($1) }.prefix(limit))
    }
}
