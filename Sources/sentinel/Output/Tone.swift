/// What a cell wants to say by its colour.
enum Tone: Sendable {
    case plain, good, warning, bad, faint, strong

    /// The text in its colour (ECMA-48 SGR, the eight basic colours that every theme sets readable).
    func paint(_ text: String, _ colours: Bool) -> String {
        guard colours, let code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    private var code: Int? {
        switch self {
        case .plain: nil
        case .strong: 1
        case .faint: 2
        case .bad: 31
        case .good: 32
        case .warning: 33
        }
    }
}
