/// A binary heap: the smallest of many in O(1), changed in O(log n).
struct Heap<Element: Comparable & Sendable>: Sendable {
    private var elements: [Element] = []

    var first: Element? { elements.first }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0, case let parent = (child - 1) / 2, elements[child] < elements[parent] {
            elements.swapAt(child, parent)
            child = parent
        }
    }

    /// - Precondition: There is a first.
    mutating func replaceFirst(with element: Element) {
        elements[0] = element
        sink()
    }

    /// - Precondition: There is a first.
    mutating func removeFirst() {
        elements.swapAt(0, elements.count - 1)
        elements.removeLast()
        sink()
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < elements.count else { return }
            let right = left + 1
            let least = right < elements.count && elements[right] < elements[left] ? right : left
            if elements[parent] <= elements[least] { return }
            elements.swapAt(parent, least)
            parent = least
        }
    }
}
