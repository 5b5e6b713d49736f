/// Somebody who breaks one rule, once a day, at an hour that chance decides.
struct Abuser: SimulatedActor {
    let abuse: Abuse
    var random: SeededGenerator
    /// For the accounts that are opened on the way.
    var registry: Registry
    /// The account that acts, or all that act together.
    let accounts: [Account]
    let addresses: [[UInt8]]
    private let range: Range<Int64>
    private var dayStart: Int64

    /// Addresses that each abuser needs at most: one per account of a ring, and enough to rotate.
    static let addressCount = 8
    /// Accounts that act together.
    static let ringSize = 6

    init(_ abuse: Abuse, tag: String, addresses: [[UInt8]], range: Range<Int64>, random: SeededGenerator) {
        var random = random
        var registry = Registry(tag: tag)
        accounts = (0..<(abuse == .duplicateContent ? Self.ringSize : 1)).map { _ in
            let age = random.number(in: 30 * Milliseconds.day...700 * Milliseconds.day)
            return registry.open(label: abuse.flag, created: range.lowerBound - age, &random)
        }
        self.abuse = abuse
        self.random = random
        self.registry = registry
        self.addresses = addresses
        self.range = range
        dayStart = range.lowerBound
    }

    mutating func nextBurst() -> [Event]? {
        let length = min(Milliseconds.day, range.upperBound - dayStart)
        // What is left of a last day may be too short for the act.
        guard length >= Milliseconds.hour else { return nil }
        defer { dayStart += Milliseconds.day }
        return act(within: dayStart..<dayStart + length)
    }

    /// Times with irregular pauses that fill `span`, which begins somewhere in `day`.
    mutating func times(_ count: Int, over span: Int64, in day: Range<Int64>) -> [Int64] {
        let span = min(span, day.upperBound - day.lowerBound)
        let start = random.number(in: day.lowerBound...day.upperBound - span)
        return times(count, from: start, over: span)
    }

    mutating func times(_ count: Int, from start: Int64, over span: Int64) -> [Int64] {
        let pauses = (0..<count).map { _ in random.logNormal(median: 1, sigma: 0.6) }
        let scale = Double(span - 1) / pauses.reduce(0, +)
        var elapsed = 0.0
        return pauses.map { pause in
            defer { elapsed += pause * scale }
            return start + Int64(elapsed)
        }
    }
}
