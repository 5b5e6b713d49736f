import SentinelCore
import Testing

struct EventDecoderTests {
    @Test func `a CSV file is read by its own column names`() throws {
        let file =
            "\u{FEFF}at,kind,user,ip,text,anonymous\r\n1,signup,ada,,\"a,\"\"b\"\"\r\nc\",false\r\n"
            + "1970-01-01T00:00:00.002Z,login,\"\",10.0.0.1,,1"
        let (events, decoder) = try decode(file, as: .csv)
        #expect(
            events == [
                Event(at: 1, kind: "signup", user: bytes("ada"), text: bytes("a,\"b\"\r\nc")),
                Event(at: 2, kind: "login", ip: bytes("10.0.0.1"), anonymous: true),
            ]
        )
        #expect(decoder.ignoredColumns == [])
    }

    @Test func `published recordings load by their usual names`() throws {
        let cadence = try decode("actor,label,unix_time,source\nx,bot,12,web\n", as: .csv)
        #expect(cadence.events == [Event(at: 12_000, kind: "content", user: bytes("x"), label: "bot")])
        let chat = try decode(
            "id,author,unix_time,label,text,channel,joined_unix_time\n7,x,12.25,,hi,perl6,3\n", as: .csv)
        #expect(
            chat.events == [
                Event(at: 12_250, kind: "message", user: bytes("x"), text: bytes("hi"), id: bytes("7"))
            ]
        )
        #expect(chat.decoder.ignoredColumns == ["joined_unix_time"], "joining a channel is not making an account")
        let video = try decode("author,unix_time,text,video,rank\nx,1,t,v,2\n", as: .csv)
        #expect(video.decoder.ignoredColumns == ["video", "rank"])
    }

    @Test func `a kind can be told for records that do not say theirs`() throws {
        var decoder = EventDecoder(format: .csv, defaultKind: "login")
        var events: [Event] = []
        try decoder.decode(bytes("at,user,kind\n1,a,\n2,a,read\n"), into: &events)
        #expect(events.map(\.kind) == ["login", "read"])
    }

    @Test(arguments: [
        ("at,user\n1,a\n\n2,b,c\n", "line 4: 3 fields where the header has 2"),
        ("at,user\n1,\"a\nb\"\nx,b\n", "line 4: \"at\" must be"),
        ("at,user\n1,\"a\nb\n", "line 2: the quote that opens here is never closed"),
        ("at,user\n1,\"a\"b\n", "line 2: expected ',' after the closing quote"),
        ("user,text\n", "line 1: no column says when"), ("at,text\n", "line 1: no column says who"),
        ("at,unix_time,user\n", "line 1: the columns \"at\" and \"unix_time\" both say \"at\""),
        ("unix_time,user\n1e9,a\n", "line 2: \"at\" must be seconds since 1970"),
        ("unix_time,user\n,a\n", "line 2: \"at\" is missing"),
    ])
    func `mistakes in CSV are named with their line`(file: String, message: String) {
        #expect { try decode(file, as: .csv) } throws: { "\($0)".hasPrefix(message) }
    }

    @Test func `a quote inside a plain field stands for itself`() throws {
        #expect(
            try decode("at,user\n1,a\"b\n", as: .csv).events == [Event(at: 1, kind: "content", user: bytes("a\"b"))])
    }

    @Test func `access logs are read, and lines that are none are counted`() throws {
        let log = #"""
            203.0.113.7 - - [14/Oct/2019:10:50:18 +0200] "GET /a/b?q=1 HTTP/1.1" 200 14784168 "-" "node \"x\" (+https://)" "-"
            2001:db8::1 - ada lovelace [10/Oct/2000:13:55:36 -0700] "POST /post HTTP/1.0" 404 -

            nonsense
            203.0.113.8 - - [14/Oct/2019:10:50:18 +0200] "\x16\x03\x01" 400 0
            203.0.113.8 - - [34/Oct/2019:10:50:18 +0200] "GET / HTTP/1.1" 200 0
            203.0.113.9 - - [14/Oct/2019:10:50:18 +0200] "" 400 0
            """#
        let (events, decoder) = try decode(log, as: .accessLog)
        let time: Int64 = 1_571_043_018_000
        #expect(
            events == [
                Event(at: time, kind: "read", ip: bytes("203.0.113.7"), object: bytes("/a/b"), status: 200),
                Event(
                    at: 971_211_336_000, kind: "content", user: bytes("ada lovelace"), ip: bytes("2001:db8::1"),
                    object: bytes("/post"), status: 404),
                Event(at: time, kind: "read", ip: bytes("203.0.113.8"), status: 400),
                Event(at: time, kind: "read", ip: bytes("203.0.113.9"), status: 400),
            ]
        )
        #expect(decoder.skipped == 2)
        #expect(decoder.skippedExamples.map(\.line) == [4, 6])
    }

    @Test func `a bad line of JSON ends the recording unless bad records are skipped`() throws {
        let good = #"{"at":1,"kind":"x","user":"a"}"#
        let file = "\(good)\r\n\n \t\n\(good.dropLast())\n\(good)"
        #expect { try decode(file, as: .jsonLines) } throws: { "\($0)" == "line 4, column 30: expected ',' or '}'" }
        let (events, decoder) = try decode(file, as: .jsonLines, skipsBadRecords: true)
        #expect(events.count == 2)
        #expect(decoder.skipped == 1)
    }

    @Test(arguments: [
        (
            EventFormat.jsonLines,
            "\u{FEFF}{\"at\":1,\"kind\":\"x\",\"user\":\"é\"}\r\n{\"at\":2,\"kind\":\"x\",\"ip\":\"1\"}"
        ),
        (.csv, "\u{FEFF}at,user,text\r\n1,\"a\",\"é\"\"\r\n\"\r\n2,b,\r\n3,c,d"),
        (.accessLog, "1.2.3.4 - - [14/Oct/2019:10:50:18 +0200] \"GET / HTTP/1.1\" 200 1\n\nx\n"),
    ])
    func `how the bytes are cut into chunks changes nothing`(format: EventFormat, file: String) throws {
        let whole = try decode(file, as: format)
        #expect(!whole.events.isEmpty)
        for size in 1...7 {
            #expect(try decode(file, as: format, chunk: size).events == whole.events)
        }
    }

    @Test func `an endless line is refused`() {
        for format in EventFormat.allCases {
            var decoder = EventDecoder(format: format)
            var events: [Event] = []
            let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
            #expect(throws: EventError.self) {
                for _ in 0...8 { try decoder.decode(chunk, into: &events) }
            }
        }
    }

    @Test(arguments: EventFormat.allCases)
    func `random bytes never trap`(format: EventFormat) {
        var random = SeededGenerator(seed: 7)
        let alphabet = bytes("at,user\"\n\r\\{}[]:1 -\u{0}/é") + [0xFF]
        let log = bytes(#"1.2.3.4 - - [14/Oct/2019:10:50:18 +0200] "GET /a?b HTTP/1.1" 200 1"#)
        let starts = [[], bytes("at,user,text\n"), bytes("{\"at\":1,\"kind\":\"x\",\"user\":\""), log]
        for round in 0..<4000 {
            var decoder = EventDecoder(format: format, skipsBadRecords: true)
            var events: [Event] = []
            var input = starts[round % starts.count]
            for _ in 0..<random.index(below: 60) {
                input.insert(random.pick(alphabet), at: random.index(below: input.count + 1))
            }
            try? decoder.decode(input, into: &events)
            try? decoder.finish(into: &events)
            for event in events { #expect(event.at != nil && (event.user != nil || event.ip != nil)) }
        }
    }

    @Test(arguments: [
        ("x", "{\"at\":1}", EventFormat.jsonLines), ("x", "\n\n {", .jsonLines), ("x", "at,user\n1,a\n", .csv),
        ("x.log", "actor,unix_time\n", .csv),
        ("x.csv", "1.2.3.4 - - [14/Oct/2019:10:50:18 +0200] \"GET / HTTP/1.1\" 200 1\n", .accessLog),
        ("events.jsonl.gz", "", .jsonLines), ("a/b.csv.gz", "?", .csv), ("/var/log/access.log.1", "?", .accessLog),
        ("access.log.2.gz", "", .accessLog), ("-", "hello", nil),
    ])
    func `the format is told from the beginning, then from the name`(name: String, start: String, format: EventFormat?)
    {
        #expect(EventFormat.detect(name: name, start: bytes(start)) == format)
    }

    private func decode(
        _ file: String, as format: EventFormat, chunk: Int = 1 << 16, skipsBadRecords: Bool? = nil
    ) throws -> (events: [Event], decoder: EventDecoder) {
        var decoder = EventDecoder(format: format, skipsBadRecords: skipsBadRecords)
        var events: [Event] = []
        var rest = bytes(file)[...]
        while !rest.isEmpty {
            try decoder.decode(Array(rest.prefix(chunk)), into: &events)
            rest = rest.dropFirst(chunk)
        }
        try decoder.finish(into: &events)
        return (events, decoder)
    }
}
