import SentinelCore

/// Where Redis keeps the states of texts: in hashes, each for a span of the events' time.
///
/// A post with a text never seen before makes nine small states. As keys of their own they cost Redis seven times as much as
/// written to a hash with one command, and twice the memory. Fields of a hash cannot end by themselves (Redis 7.0), so a
/// whole hash ends when nothing in it is remembered any more. A state is written to the span of the event that changed it,
/// and asked for wherever it may have been written.
struct TextShelves {
    /// How long what is on it is remembered.
    enum Term: String, CaseIterable {
        /// Texts of one author.
        case single
        /// Of several.
        case shared
    }

    struct Shelf: Hashable {
        var term: Term
        /// Number of the span, in spans since 1970.
        var span: Int64

        /// The part of its key behind `<prefix>:`.
        var name: String { "t:#\(term.rawValue):\(span)" }
    }

    /// Which state: that of a kind of text, or of a band word.
    enum Field: Hashable {
        case text(UInt64)
        case band(UInt64)

        /// A letter, then the word's eight bytes.
        var bytes: [UInt8] {
            switch self {
            case .text(let word): [UInt8(ascii: "t")] + Self.bytes(of: word)
            case .band(let word): [UInt8(ascii: "b")] + Self.bytes(of: word)
            }
        }

        private static func bytes(of word: UInt64) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }
    }

    private let memory: DuplicateContent.Memory

    init(_ memory: DuplicateContent.Memory) {
        self.memory = memory
    }

    /// Where a state is written that an event at this time changed.
    func shelf(_ term: Term, at time: Int64) -> Shelf {
        let length = length(term)
        return Shelf(term: term, span: time >= 0 ? time / length : (time - length + 1) / length)
    }

    /// Where a state may be that matters to an event at this time: this span and the one before reach as far as the memory
    /// does.
    func shelves(at time: Int64) -> [Shelf] {
        var shelves: [Shelf] = []
        for term in Term.allCases {
            let latest = shelf(term, at: time + Self.disorder).span
            for span in shelf(term, at: time).span - 1...latest { shelves.append(Shelf(term: term, span: span)) }
        }
        return shelves
    }

    /// Ms by which events may come out of order and still find what later ones wrote.
    private static let disorder: Int64 = 3_600_000

    /// Ms for which a shelf lives after it was last written.
    func life(_ term: Term) -> Int64 { 2 * length(term) }

    /// Ms of a span: the memory, and by how much a band's last time may lag.
    private func length(_ term: Term) -> Int64 {
        (term == .single ? memory.single : memory.shared) + TextBandState.precision
    }
}
