/// Keeps honest people within a limit: at most so many in any window of that length. For times that only grow.
struct Allowance: Sendable {
    let limit: Int
    /// In ms.
    let window: Int64
    private var times: [Int64] = []

    init(_ limit: Int, per window: Int64) {
        self.limit = limit
        self.window = window
    }

    mutating func allows(at time: Int64) -> Bool {
        times.removeAll { $0 <= time - window }
        return times.count < limit
    }

    mutating func use(at time: Int64) { times.append(time) }
}
