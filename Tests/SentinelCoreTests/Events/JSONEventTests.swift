import SentinelCore
import Testing

struct JSONEventTests {
    @Test func `a full line is read`() throws {
        let line = #"""
            {"at":"2026-01-31T12:30:00.5Z","kind":"content","user":"ada","ip":"::1","text":"h\u00e9 \"x\"","object":"/a",
            "email":"a@b.example","username":"Ada","id":7,"created":1,"anonymous":true,"tokens":12,"status":200,
            "label":"human","source":"made-up"}
            """#
        let event = Event(
            at: 1_769_862_600_500, kind: "content", user: bytes("ada"), ip: bytes("::1"), text: bytes("hé \"x\""),
            object: bytes("/a"), email: bytes("a@b.example"), username: bytes("Ada"), id: bytes("7"), created: 1,
            anonymous: true, tokens: 12, status: 200, label: "human"
        )
        #expect(try JSONEventDecoder.event(bytes(line)) == event)
        var json = JSONWriter()
        event.appendJSONLine(to: &json)
        #expect(json.bytes.last == UInt8(ascii: "\n"))
        #expect(try JSONEventDecoder.event(json.bytes) == event)
    }

    @Test func `null and empty text are the same as none`() throws {
        let event = try JSONEventDecoder.event(bytes(#"{"at":5,"kind":"read","user":null,"ip":"10.0.0.1","text":""}"#))
        #expect(event == Event(at: 5, kind: "read", ip: bytes("10.0.0.1")))
    }

    @Test(arguments: [
        (#"{"at":1,"kind":"x","usr":"a"}"#, "line 1, column 20: unknown field \"usr\""),
        (#"{"kind":"x","user":"a"}"#, "line 1, column 1: \"at\" is missing"),
        (#"{"at":1,"user":"a"}"#, "line 1, column 1: \"kind\" is missing"),
        (#"{"at":1,"kind":"x"}"#, "line 1, column 1: a subject is missing: \"user\" or \"ip\""),
        (#"{"at":1,"at":2,"kind":"x","user":"a"}"#, "line 1, column 9: \"at\" is given twice"),
        (#"{"at":1.5,"kind":"x","user":"a"}"#, "line 1, column 7: \"at\" must be a whole number"),
        (
            #"{"at":-1,"kind":"x","user":"a"}"#,
            "line 1, column 2: \"at\" must be ms since 1970 or ISO 8601, not before 1970 nor after 9999"
        ),
        (#"{"at":1,"kind":"x","user":true}"#, "line 1, column 27: expected a number"),
        (
            #"{"at":1,"kind":"x","user":"a","tokens":-1}"#,
            "line 1, column 31: \"tokens\" must be a whole number from 0 to 9007199254740991"
        ),
        (
            #"{"at":1,"kind":"x","user":"a","anonymous":1}"#,
            "line 1, column 43: \"anonymous\" must be true or false"
        ),
        (#"{"at":1,"kind":"x","user":"a"} {}"#, "line 1, column 32: expected the end"),
        (#"[]"#, "line 1, column 1: expected '{'"),
    ])
    func `mistakes are named with their column`(line: String, message: String) {
        #expect { try JSONEventDecoder.event(bytes(line)) } throws: { "\($0)" == message }
    }

    @Test(arguments: [("user", 256), ("object", 256), ("id", 256), ("kind", 64), ("email", 320), ("text", 1 << 20)])
    func `each part has its limit`(name: String, limit: Int) throws {
        func line(_ length: Int) -> [UInt8] {
            let kind = name == "kind" ? "" : #""kind":"x","#
            return bytes(#"{"at":1,\#(kind)"ip":"1","\#(name)":"\#(String(repeating: "a", count: length))"}"#)
        }
        _ = try JSONEventDecoder.event(line(limit))
        #expect { try JSONEventDecoder.event(line(limit + 1)) } throws: { "\($0)".contains("longer than \(limit)") }
    }

    @Test func `a request may hold one event or several`() throws {
        let one = #"{"kind":"login","user":"a"}"#
        let event = Event(kind: "login", user: bytes("a"))
        #expect(try JSONEventDecoder.events(bytes(one), maximum: 2) == [event])
        #expect(try JSONEventDecoder.events(bytes(" [\(one) , \(one)] "), maximum: 2) == [event, event])
        #expect(try JSONEventDecoder.events(bytes("[]"), maximum: 2) == [])
        #expect(throws: EventError("more than 2 events")) {
            try JSONEventDecoder.events(bytes("[\(one),\(one),\(one)]"), maximum: 2)
        }
        #expect(throws: EventError.self) { try JSONEventDecoder.events(bytes("[\(one)"), maximum: 2) }
        #expect(throws: EventError.self) { try JSONEventDecoder.events(bytes("[\(one),]"), maximum: 2) }
    }

    @Test func `the fields for Redis are those that the event has`() {
        let event = Event(
            at: 9, kind: "message", user: bytes("a\n{}"), text: [0xFF, 0], created: 3, anonymous: true, tokens: 0,
            status: 404, label: "bot"
        )
        var fields = [bytes("first")]
        event.appendFields(to: &fields)
        let expected: [[UInt8]] = [
            bytes("first"), bytes("kind"), bytes("message"), bytes("user"), bytes("a\n{}"), bytes("text"), [0xFF, 0],
            bytes("created"), bytes("3"), bytes("anonymous"), bytes("1"), bytes("tokens"), bytes("0"),
            bytes("status"), bytes("404"),
        ]
        #expect(fields == expected)
        event.appendFields(to: &fields, withTime: true)
        #expect(fields.suffix(2) == [bytes("at"), bytes("9")])
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
