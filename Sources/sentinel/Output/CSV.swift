/// Comma separated values (RFC 4180, but lines end in LF as everything else here does).
enum CSV {
    /// One line without its end. Fields are escaped like everything that may reach a terminal, so a line is a record.
    static func line(_ fields: [String]) -> String {
        fields.map(field).joined(separator: ",")
    }

    private static func field(_ text: String) -> String {
        let safe = SafeText.escape(text, limit: .max)
        let needsQuotes = safe.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
        guard needsQuotes || safe.first == " " || safe.last == " " else { return safe }
        var quotes = "\""
        for character in safe.unicodeScalars {
            if character == "\"" { quotes += "\"" }
            quotes.unicodeScalars.append(character)
        }
        return quotes + "\""
    }
}
