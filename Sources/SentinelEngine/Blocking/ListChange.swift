package import SentinelCore

/// One numbered change of the block list or the allow list, as the channel and the log of changes tell it.
package struct ListChange: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case added, changed, lifted
        case allowed, disallowed
    }

    /// Where in the sequence of changes: the number of the last change, and a check on which one that was, for numbers
    /// begin anew when Redis loses its data.
    package struct Position: Sendable, Hashable, CustomStringConvertible {
        package let number: Int64
        /// Of the change's text; 0 before the first.
        package let check: UInt32

        package init(number: Int64, check: UInt32) {
            self.number = number
            self.check = check
        }

        init(number: Int64, text: [UInt8]) {
            self.init(number: number, check: UInt32(truncatingIfNeeded: StableHash.of(text)))
        }

        /// `4711.9f86d081`
        package var description: String { "\(number).\(String(check, radix: 16))" }

        package init?(_ text: String) {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int64(parts[0]), (0...Self.most).contains(number),
                let check = UInt32(parts[1], radix: 16), "\(number).\(String(check, radix: 16))" == text
            else { return nil }
            self.init(number: number, check: check)
        }

        static let most: Int64 = 1 << 53
    }

    package let position: Position
    /// When, by Redis, in ms since 1970; 0 when an older library did not say.
    package let at: Int64
    package let kind: Kind
    package let subject: Subject
    /// What is done to the subject and until when; of an exemption only the end counts.
    package let mark: BlockMark
    /// As it came.
    package let json: [UInt8]

    package var number: Int64 { position.number }
    package var isOfAllowList: Bool { kind == .allowed || kind == .disallowed }

    /// Reads a message; nil for anything else.
    package init?(json: [UInt8]) {
        guard let value = try? JSONReader.read(json), let number = value["seq"]?.integer,
            (1...Position.most).contains(number), let kind = value["change"]?.text.flatMap(Kind.init),
            let subject = value["subject"]?.text.flatMap({ try? Subject(printable: $0) })
        else { return nil }
        position = Position(number: number, text: json)
        at = value["at"]?.integer.map { min(max(0, $0), Position.most) } ?? 0
        self.kind = kind
        self.subject = subject
        mark = BlockMark(json: value["block"] ?? value["allow"] ?? .null)
        self.json = json
    }
}

extension BlockMark {
    /// Of a block's JSON, or an exemption's.
    package init(json: JSONValue) {
        self.init(
            BlockAction(named: json["action"]?.text ?? ""), until: json["until"]?.integer, ref: json["ref"]?.text ?? "")
    }
}
