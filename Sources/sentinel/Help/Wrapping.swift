/// Breaks sentences into lines.
enum Wrapping {
    /// The words of the text in lines of at most `width` columns. A word that is longer gets a line of its own.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if line.isEmpty {
                line = String(word)
            } else if DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Terms at the left, what they mean at the right, both indented; long terms get a line of their own.
    static func definitions(_ items: [(term: String, meaning: String)], width: Int, column: Int) -> String {
        var text = ""
        for item in items {
            let meaning = lines(item.meaning, width: width - column)
            let indent = String(repeating: " ", count: column)
            var term = "  " + item.term
            if DisplayWidth.of(term) + 2 > column, !meaning.isEmpty {
                text += term + "\n"
                term = ""
            }
            term += String(repeating: " ", count: max(0, column - DisplayWidth.of(term)))
            text += meaning.isEmpty ? term + "\n" : term + meaning.joined(separator: "\n" + indent) + "\n"
        }
        return text
    }
}
