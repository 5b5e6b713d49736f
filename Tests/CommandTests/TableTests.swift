import Testing

@testable import sentinel

struct TableTests {
    private static let names = ["id", "subject", "rule", "severity", "score", "description", "created"]

    private static func table(_ rows: [[String]]) -> Table {
        Table(
            headings: names.map { .init(text: $0, clips: $0 != "id") },
            rows: rows.map { $0.map { Table.Cell(text: $0) } }
        )
    }

    private static let rows = [
        [
            "i-17f3a9", "user:mallory", "duplicate_content", "high", "0.91",
            "the same text was posted by seven users within ten minutes, first by user:eve", "2m ago",
        ],
        ["i-17f3aa", "ip:2001:db8:ffff:ffff::/64", "rate_limit_hit", "medium", "0.4", "too fast", "now"],
        ["i-17f3ab", "user:" + String(repeating: "界", count: 300), "spam", "low", "1", "e\u{301}\u{301}", "1d ago"],
    ]

    @Test(arguments: [20, 40, 80, 100, 200, 400], [true, false])
    func `no line is wider than the terminal`(width: Int, boxed: Bool) {
        let text = Self.table(Self.rows).render(.init(boxed: boxed, width: width, colours: false))
        for line in text.split(separator: "\n") {
            #expect(DisplayWidth.of(String(line)) <= width, "\(line)")
        }
    }

    @Test(arguments: [40, 80, 200])
    func `the lines of a box are equally long`(width: Int) {
        let text = Self.table(Self.rows).render(.init(boxed: true, width: width, colours: false))
        let widths = text.split(separator: "\n").filter { !$0.hasPrefix("not shown") }.map {
            DisplayWidth.of(String($0))
        }
        #expect(Set(widths).count == 1)
    }

    @Test func `a narrow terminal shows the first columns and names the others`() {
        let text = Self.table(Self.rows).render(.init(boxed: true, width: 40, colours: false))
        #expect(text.contains("i-17f3a9"), "ids are the last to be clipped")
        #expect(text.contains("not shown: "))
        #expect(text.contains("created"))
    }

    @Test func `a wide terminal clips only what is too long`() {
        let text = Self.table(Self.rows).render(.init(boxed: true, width: 200, colours: false))
        #expect(text.contains("ip:2001:db8:ffff:ffff::/64"))
        #expect(text.contains("within ten minutes"))
        #expect(text.contains("界…"))
        #expect(!text.contains("not shown"))
    }

    @Test func `a table that fits is not padded to the terminal`() {
        let text = Table(headings: [.init(text: "a")], rows: [[.init(text: "1")]])
            .render(.init(boxed: true, width: 80, colours: false))
        #expect(text == "╭───╮\n│ a │\n├───┤\n│ 1 │\n╰───╯\n")
    }

    @Test func `without a limit one endless id does not widen every row without end`() {
        let text = Table(
            headings: [.init(text: "id"), .init(text: "n")],
            rows: [
                [.init(text: String(repeating: "x", count: 100_000)), .init(text: "1")],
                [.init(text: "y"), .init(text: "2")],
            ]
        ).render(.init(boxed: false, width: nil, colours: false))
        #expect(text.utf8.count < 1000)
    }

    @Test func `wide and combining characters are counted as they are drawn`() {
        #expect(DisplayWidth.of("abc") == 3)
        #expect(DisplayWidth.of("名前") == 4)
        #expect(DisplayWidth.of("e\u{301}") == 1)
        #expect(DisplayWidth.of("👍🏽") == 2)
        #expect(DisplayWidth.of("🇩🇪") == 2)
        #expect(DisplayWidth.of("❤️") == 2)
        #expect(DisplayWidth.of("ｆｕｌｌ") == 8)
        #expect(DisplayWidth.clip("名前名前", to: 5) == "名前…")
        #expect(DisplayWidth.clip("名前名前", to: 4) == "名…")
        #expect(DisplayWidth.clip("abc", to: 3) == "abc")
        #expect(DisplayWidth.clip("abc", to: 1) == "…")
        #expect(DisplayWidth.clip("abc", to: 0) == "")
    }
}
