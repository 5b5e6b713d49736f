/// Rows of cells fitted into the width of a terminal: rounded boxes for people who look, plain columns for pipes.
struct Table: Sendable {
    struct Heading: Sendable {
        let text: String
        var clips = true
    }

    struct Cell: Sendable {
        /// Already safe to print (``SafeText``), on one line.
        let text: String
        var alignsRight = false
        var tone = Tone.plain
    }

    struct Style: Sendable {
        let boxed: Bool
        /// Columns to stay within; nil for no limit.
        let width: Int?
        let colours: Bool
    }

    /// A column is never narrower than this while there are others to drop.
    private static let narrowest = 6
    /// No cell is wider than this, even without a limit: one hostile id must not pad every row to its size.
    private static let widest = 256

    let headings: [Heading]
    /// Each row has one cell per heading.
    let rows: [[Cell]]

    /// The table as lines, each with its end. Columns at the right that cannot fit are left out and named below.
    func render(_ style: Style) -> String {
        guard !headings.isEmpty else { return "" }
        let natural = headings.indices.map { column in
            let widths = rows.map { DisplayWidth.of($0[column].text) } + [DisplayWidth.of(headings[column].text)]
            return min(Self.widest, widths.max() ?? 0)
        }
        let widths = fitted(natural, style)
        var lines = style.boxed ? [border("╭", "┬", "╮", widths)] : []
        lines.append(line(headings.map { Cell(text: $0.text, tone: .strong) }, widths, style))
        if style.boxed { lines.append(border("├", "┼", "┤", widths)) }
        lines += rows.map { line($0, widths, style) }
        if style.boxed { lines.append(border("╰", "┴", "╯", widths)) }
        if widths.count < headings.count {
            let hidden = headings[widths.count...].map(\.text).joined(separator: ", ")
            lines.append(DisplayWidth.clip("not shown: \(hidden)", to: style.width ?? Self.widest))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    // MARK: Widths

    /// The widths of the columns that fit, from the left.
    private func fitted(_ natural: [Int], _ style: Style) -> [Int] {
        guard let width = style.width else { return natural }
        var shown = natural.count
        while true {
            let frame = style.boxed ? 3 * shown + 1 : 2 * (shown - 1)
            let room = width - frame
            if shown == 1 { return [min(natural[0], max(1, room))] }
            if let widths = shrunk(Array(natural.prefix(shown)), to: room) { return widths }
            shown -= 1
        }
    }

    /// Takes from the widest columns first, then, if that is not enough, from those that should not be clipped.
    private func shrunk(_ natural: [Int], to room: Int) -> [Int]? {
        if natural.reduce(0, +) <= room { return natural }
        let kept = natural.indices.filter { !headings[$0].clips }.reduce(0) { $0 + natural[$1] }
        let spared = natural.indices.map { headings[$0].clips ? Self.narrowest : natural[$0] }
        let all = natural.map { _ in Self.narrowest }
        for least in [spared, all] where zip(natural, least).reduce(0, { $0 + min($1.0, $1.1) }) <= room {
            // Ids may take half of the line, not all of it.
            if least == spared, kept > room / 2, kept > 0 { continue }
            return levelled(natural, least, room)
        }
        return nil
    }

    /// The highest common cap on all columns that still fits, as water finds its level.
    private func levelled(_ natural: [Int], _ least: [Int], _ room: Int) -> [Int] {
        func capped(_ cap: Int) -> [Int] {
            zip(natural, least).map { min($0, max($1, cap)) }
        }
        var cap = Self.narrowest
        while cap < Self.widest, capped(cap + 1).reduce(0, +) <= room { cap += 1 }
        // What the level leaves over goes to the first columns that can use it.
        var widths = capped(cap)
        var left = room - widths.reduce(0, +)
        for column in widths.indices where left > 0 && widths[column] < natural[column] {
            widths[column] += 1
            left -= 1
        }
        return widths
    }

    // MARK: Lines

    private func border(_ left: String, _ middle: String, _ right: String, _ widths: [Int]) -> String {
        left + widths.map { String(repeating: "─", count: $0 + 2) }.joined(separator: middle) + right
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var texts: [String] = []
        for (column, width) in widths.enumerated() {
            let cell = cells[column]
            let clipped = DisplayWidth.clip(cell.text, to: width)
            let padding = String(repeating: " ", count: width - DisplayWidth.of(clipped))
            let painted = cell.tone.paint(clipped, style.colours)
            let endsLine = !style.boxed && column == widths.count - 1
            texts.append(cell.alignsRight ? padding + painted : endsLine ? painted : painted + padding)
        }
        return style.boxed ? "│ " + texts.joined(separator: " │ ") + " │" : texts.joined(separator: "  ")
    }
}
