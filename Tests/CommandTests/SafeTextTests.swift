import SentinelCore
import Testing

@testable import sentinel

struct SafeTextTests {
    /// Ids as an attacker would choose them: colours, a new title, cursor moves, C1 controls, bidirectional
    /// overrides, zero-width characters, new lines, smearing marks.
    static let hostile = [
        "\u{1B}[31mred", "\u{1B}]0;owned\u{07}", "a\u{9B}2J", "evil\u{202E}gpj.exe", "ad\u{200B}min", "a\nb\r\nc\td",
        "\u{7F}\u{08}\u{08}", "z" + String(repeating: "\u{301}", count: 50), "\u{2028}\u{2029}\u{E000}\u{FFFE}\u{0}",
        "👨‍👩‍👧", "\u{E0041}tag",
    ]

    private static func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { SafeText.prints($0) || $0 == "\n" }
    }

    @Test func `controls and invisible characters are written out`() {
        #expect(SafeText.escape("\u{1B}[31mred\n") == "\\u{1B}[31mred\\n")
        #expect(SafeText.escape("a\u{9B}\u{202E}\u{7F}") == "a\\u{9B}\\u{202E}\\u{7F}")
        #expect(SafeText.escape("Grüße, 名前 👍") == "Grüße, 名前 👍")
        #expect(SafeText.escape("z" + String(repeating: "\u{301}", count: 6)).contains("\\u{301}\\u{301}"))
        #expect(SafeText.escape("नमस्ते ไทย") == "नमस्ते ไทย")
        #expect(SafeText.escape(String(repeating: "é", count: 10), limit: 3) == "ééé…")
    }

    @Test(arguments: OutputFormat.allCases)
    func `no format lets a hostile id write to the terminal`(format: OutputFormat) throws {
        let columns = [Column<String>("id") { .string($0) }, Column<String>("list") { .list([$0, $0]) }]
        let recorder = Recorder()
        let terminal = Terminal(isInteractive: true, width: 80)
        let output = Output.recording(recorder, format, terminal: terminal)
        try output.list(Self.hostile, columns, empty: "")
        for id in Self.hostile {
            try output.one(id, columns)
            try output.line(id)
        }
        var feed = output.feed(columns)
        for id in Self.hostile { try feed.append(id) }
        #expect(Self.isHarmless(recorder.text))
        if format == .raw {
            #expect(recorder.text.split(separator: "\n").filter { $0.hasPrefix("a\\nb") }.count == 4)
        }
    }

    @Test func `escaped JSON reads back as the same text`() {
        #expect(
            JSONText.write(.string("\u{1B}\u{9B}\u{202E}\u{E0041}\"\\/")) == #""\u001b\u009b\u202e\udb40\udc41\"\\/""#)
        #expect(JSONText.write(.double(.infinity)) == "null")
        #expect(JSONText.write(.array([.bool(true), .null, .double(0.5)])) == "[true,null,0.5]")
    }

    @Test func `CSV quotes what would break a line apart`() {
        #expect(CSV.line(["a", "b,c", "d\"e", " f", ""]) == "a,\"b,c\",\"d\"\"e\",\" f\",")
    }

    @Test func `failures and notices are harmless too`() {
        for id in Self.hostile {
            let failure = Failure(.notFound, "no incident \(id)", hint: id)
            #expect(Self.isHarmless(failure.report))
            #expect(failure.report.split(separator: "\n").count == 2)
        }
    }
}
