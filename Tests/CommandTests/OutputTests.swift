import SentinelCore
import Testing

@testable import sentinel

struct OutputTests {
    private struct Block {
        let subject: String
        let until: Int64?
        let hits: Int64
        let flags: [String]
    }

    private static let columns: [Column<Block>] = [
        Column("subject", clips: false) { .string($0.subject) },
        Column("until", "expires in", absent: "never") { .optional($0.until, Value.time) },
        Column("hits", tone: { $0.hits > 10 ? .bad : .plain }) { .int($0.hits) },
        Column("flags", isListed: false) { .list($0.flags) },
    ]

    private static let blocks = [
        Block(subject: "ip:203.0.113.7", until: Output.present + 13_917_000, hits: 12, flags: ["a", "b"]),
        Block(subject: "user:名前", until: nil, hits: 3, flags: []),
    ]

    private func written(
        _ format: OutputFormat, _ blocks: [Block] = blocks, terminal: Terminal = .pipe, colours: Bool = false
    ) throws -> String {
        let recorder = Recorder()
        let output = Output.recording(recorder, format, terminal: terminal, colours: colours)
        try output.list(blocks, Self.columns, empty: "No blocks.")
        try output.flush()
        return recorder.text
    }

    @Test func `people get a box on a terminal`() throws {
        #expect(
            try written(.human, terminal: Terminal(isInteractive: true, width: 80)) == """
                ╭────────────────┬────────────┬──────╮
                │ subject        │ expires in │ hits │
                ├────────────────┼────────────┼──────┤
                │ ip:203.0.113.7 │ 3h51m      │   12 │
                │ user:名前      │ never      │    3 │
                ╰────────────────┴────────────┴──────╯

                """)
    }

    @Test func `pipes get plain columns without spaces at the end`() throws {
        #expect(
            try written(.human) == """
                subject         expires in  hits
                ip:203.0.113.7  3h51m         12
                user:名前       never          3

                """)
    }

    @Test func `programs get an array of objects with every field`() throws {
        #expect(
            try written(.json) == """
                [
                {"subject":"ip:203.0.113.7","until":"2026-02-03T07:57:03.000Z","hits":12,"flags":["a","b"]},
                {"subject":"user:名前","until":null,"hits":3,"flags":[]}
                ]

                """)
        #expect(try written(.json, []) == "[]\n")
    }

    @Test func `raw is CSV with a header even when there is nothing to list`() throws {
        #expect(
            try written(.raw) == """
                subject,until,hits,flags
                ip:203.0.113.7,2026-02-03T07:57:03.000Z,12,a;b
                user:名前,,3,

                """)
        #expect(try written(.raw, []) == "subject,until,hits,flags\n")
        #expect(try written(.human, []) == "No blocks.\n")
    }

    @Test func `colours paint the text and not the box, and only when asked for`() throws {
        let terminal = Terminal(isInteractive: true, width: 80)
        let text = try written(.human, terminal: terminal, colours: true)
        #expect(text.contains("│   \u{1B}[31m12\u{1B}[0m │"))
        #expect(try !written(.human, terminal: terminal).contains("\u{1B}"))
    }

    @Test func `NO_COLOR, a pipe and a dumb terminal switch colours off, an explicit option goes first`() {
        let terminal = Terminal(isInteractive: true, width: 80)
        #expect(ColourChoice.auto.allowsColours(on: terminal, environment: [:]))
        #expect(ColourChoice.auto.allowsColours(on: terminal, environment: ["NO_COLOR": ""]))
        #expect(!ColourChoice.auto.allowsColours(on: terminal, environment: ["NO_COLOR": "0"]))
        #expect(!ColourChoice.auto.allowsColours(on: terminal, environment: ["TERM": "dumb"]))
        #expect(!ColourChoice.auto.allowsColours(on: .pipe, environment: [:]))
        #expect(!ColourChoice.never.allowsColours(on: terminal, environment: [:]))
        #expect(ColourChoice.always.allowsColours(on: .pipe, environment: ["NO_COLOR": "1"]))
    }

    @Test func `one record shows a field per line`() throws {
        let recorder = Recorder()
        let output = Output.recording(recorder)
        try output.one(Self.blocks[0], Self.columns)
        try output.flush()
        #expect(
            recorder.text == """
                subject     ip:203.0.113.7
                expires in  3h51m
                hits        12
                flags       a, b

                """)
    }

    @Test(arguments: [
        (OutputFormat.human, "ip:203.0.113.7  3h51m       12\nuser:名前       never       3\n"),
        (
            .json,
            "{\"subject\":\"ip:203.0.113.7\",\"until\":\"2026-02-03T07:57:03.000Z\",\"hits\":12,\"flags\":[\"a\",\"b\"]}\n"
                + "{\"subject\":\"user:名前\",\"until\":null,\"hits\":3,\"flags\":[]}\n"
        ),
        (
            .raw,
            "subject,until,hits,flags\nip:203.0.113.7,2026-02-03T07:57:03.000Z,12,a;b\nuser:名前,,3,\n"
        ),
    ])
    func `a feed writes each row as it comes`(format: OutputFormat, text: String) throws {
        let recorder = Recorder()
        var feed = Output.recording(recorder, format).feed(Self.columns)
        try feed.append(Self.blocks[0])
        let first = recorder.text
        #expect(!first.isEmpty && text.hasPrefix(first))
        try feed.append(Self.blocks[1])
        #expect(recorder.text == text)
    }

    @Test func `values keep their meaning in every form`() {
        #expect(JSONText.write(Value.double(.nan).json) == "null")
        #expect(Value.duration(.milliseconds(13_917_000)).human(now: 0, absent: "-") == "3h51m")
        #expect(Value.duration(.seconds(2)).json == .int(2000))
        #expect(Value.double(0.1 + 0.2).human(now: 0, absent: "-") == "0.3")
        #expect(Value.double(12).human(now: 0, absent: "-") == "12")
        #expect(Value.bool(true).human(now: 0, absent: "-") == "yes")
        #expect(Value.bool(true).raw == "true")
        #expect(Value.json(.object([.init("n", .int(1))])).raw == "{\"n\":1}")
        #expect(Value.bytes([0x61, 0xFF, 0xC3, 0xA9]) == .string("a\\xFFé"))
    }

    @Test func `a reader that goes away ends the command without a word`() async throws {
        struct Endless: Command {
            static let name = "endless"
            static let abstract = "Write for ever"
            static let examples: [Example] = []
            func run(_ context: Context) async throws -> ExitCode {
                while true { try context.output.line("y") }
            }
        }
        let errors = Recorder()
        let output = Output(
            format: .human, terminal: .pipe, colours: false, clock: { 0 }, sink: { _ in throw Failure.outputClosed })
        let context = Context(
            globals: GlobalOptions(), environment: [:], output: output, errorTerminal: .pipe,
            report: { errors.write(Array($0.utf8)) })
        #expect(await Program.perform(Endless(), context) == .ok)
        #expect(errors.text == "")
    }
}
