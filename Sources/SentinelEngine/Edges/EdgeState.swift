/// An edge that follows the lists, as Redis keeps it: what it applied last, and when it said so.
package struct EdgeState: Sendable, Equatable {
    /// How it follows.
    package enum Way: String, Sendable {
        case stream, poll, nft
    }

    package var name: String
    /// The number of the last change that it applied.
    package var applied: Int64
    /// When it was heard of last, ms since 1970.
    package var seen: Int64
    package var way: Way

    package init(name: String, applied: Int64, seen: Int64, way: Way) {
        self.name = name
        self.applied = applied
        self.seen = seen
        self.way = way
    }

    /// At most so many edges are kept in Redis.
    package static let most = 256
    /// One that was not heard of for so long, in ms, is forgotten.
    package static let lifetime: Int64 = 86_400_000

    /// 1 to 64 letters, digits, dots, hyphens, underscores.
    package static func isName(_ name: some Collection<UInt8>) -> Bool {
        (1...64).contains(name.count)
            && name.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Of changes, and times: what a double holds exactly.
    private static let numbers: ClosedRange<Int64> = 0...1 << 53

    var text: String { "\(applied) \(seen) \(way.rawValue)" }

    init?(name: String, text: String) {
        let parts = text.split(separator: " ")
        guard Self.isName(name.utf8), parts.count == 3, let applied = Int64(parts[0]), let seen = Int64(parts[1]),
            let way = Way(rawValue: String(parts[2])), Self.numbers.contains(applied), Self.numbers.contains(seen)
        else { return nil }
        self.init(name: name, applied: applied, seen: seen, way: way)
    }
}

/// How far an edge is behind.
package struct EdgeLag: Sendable, Equatable {
    package var edge: EdgeState
    /// Changes that it has not applied.
    package var changes: Int64
    /// How long ago the first of them was made.
    package var time: Duration
    /// How long it was not heard of.
    package var silence: Duration

    /// Beyond it somebody should look.
    package static let tolerable = Duration.seconds(10)
    package static let tolerableSilence = Duration.seconds(120)

    package var isBehind: Bool { time > Self.tolerable || silence > Self.tolerableSilence }
}
