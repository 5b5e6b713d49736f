/// Ways in which senders of one text make its copies look different to a machine and alike to a reader.
enum Obfuscation: CaseIterable {
    case none, capitals, zeroWidth, lookalikes, punctuation

    func apply(to text: String, _ random: inout SeededGenerator) -> String {
        switch self {
        case .none: return text
        case .capitals: return String(text.map { random.chance(0.3) ? Character($0.uppercased()) : $0 })
        case .zeroWidth:
            return text.reduce(into: "") { $0 += random.chance(0.15) ? "\($1)\u{200B}" : String($1) }
        case .lookalikes:
            return String(text.map { random.chance(0.4) ? Self.cyrillic[$0] ?? $0 : $0 })
        case .punctuation:
            return text.reduce(into: "") { $0 += $1 == " " && random.chance(0.3) ? " ~ " : String($1) } + "!!"
        }
    }

    private static let cyrillic: [Character: Character] = [
        "a": "\u{430}", "c": "\u{441}", "e": "\u{435}", "o": "\u{43E}", "p": "\u{440}", "x": "\u{445}", "y": "\u{443}",
    ]
}
