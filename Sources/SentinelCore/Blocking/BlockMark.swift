/// What is done to a blocked subject.
package enum BlockAction: UInt8, Sendable, CaseIterable {
    case block, challenge, throttle

    package var name: String {
        switch self {
        case .block: "block"
        case .challenge: "challenge"
        case .throttle: "throttle"
        }
    }

    /// The action of that name; what nobody knows is a block.
    package init(named name: String) {
        self = Self.allCases.first { $0.name == name } ?? .block
    }
}

/// What a mirror keeps of one block: what is done, until when, and the ref, in 16 bytes.
package struct BlockMark: Sendable, Equatable {
    /// The end in ms since 1970, and the action in the lowest two bits.
    let word: UInt64
    /// `b<partition>-<number>` as 16 and 48 bits; 0 for none.
    let packedRef: UInt64

    private static let permanent = UInt64.max >> 2

    /// - Parameters:
    ///   - until: ms since 1970; nil is permanent.
    ///   - ref: as Redis gives it; of another form it is not kept.
    package init(_ action: BlockAction, until: Int64?, ref: String = "") {
        let end = until.map { min(UInt64(max(0, $0)), Self.permanent - 1) } ?? Self.permanent
        word = end << 2 | UInt64(action.rawValue)
        packedRef = Self.pack(ref)
    }

    /// Nil unless the words are those of a mark.
    init?(word: UInt64, packedRef: UInt64) {
        guard BlockAction(rawValue: UInt8(word & 3)) != nil else { return nil }
        self.word = word
        self.packedRef = packedRef
    }

    package var action: BlockAction { BlockAction(rawValue: UInt8(word & 3)) ?? .block }

    /// Ms since 1970; nil is permanent.
    package var until: Int64? { word >> 2 == Self.permanent ? nil : Int64(word >> 2) }

    /// The block's short id, which support can look up; empty for none.
    package var ref: String {
        packedRef == 0 ? "" : "b\(packedRef >> 48)-\(packedRef & 0xFFFF_FFFF_FFFF)"
    }

    /// - Parameter now: ms since 1970.
    package func isActive(at now: Int64) -> Bool {
        word >> 2 > min(UInt64(max(0, now)), Self.permanent - 1)
    }

    private static func pack(_ ref: String) -> UInt64 {
        guard ref.utf8.first == UInt8(ascii: "b") else { return 0 }
        let parts = ref.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = UInt16(parts[0]), let number = UInt64(parts[1]),
            number > 0, number < 1 << 48
        else { return 0 }
        let packed = UInt64(partition) << 48 | number
        return "b\(partition)-\(number)" == ref ? packed : 0
    }
}
