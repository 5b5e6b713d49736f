import SentinelCore
import Testing

struct JSONReaderTests {
    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .int(0)), ("-12", .int(-12)),
        ("9223372036854775807", .int(.max)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
        ("1.5", .double(1.5)), ("1e3", .double(1000)), ("1E-2", .double(0.01)), ("[]", .array([])),
        ("{}", .object([])), (#"[1,"a"]"#, .array([.int(1), .string("a")])),
        (#"{"a":{"b":[null]}}"#, .object([.init("a", .object([.init("b", .array([.null]))]))])),
        (#""\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00""#, .string("\"\\/\u{8}\u{c}\n\r\té😀")),
    ])
    func `valid documents are read`(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        ("", 0), ("  ", 2), ("nul", 0), ("01", 1), ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0), ("[1,]", 3),
        ("[1 2]", 3), (#"{"a" 1}"#, 5), ("{a:1}", 1), (#"{"a":1,}"#, 7), (#"{"a":1,"a":2}"#, 7), ("1 1", 2),
        (#""a"#, 2), ("\"\u{1}\"", 1), (#""\x""#, 1), (#""\u12g4""#, 1), (#""\u12"#, 1), (#""\"#, 1), ("1e999", 0),
        ("// c", 0), ("'a'", 0), ("NaN", 0),
    ])
    func `invalid documents name the place`(text: String, offset: Int) {
        #expect { try JSONReader.read(Array(text.utf8)) } throws: { ($0 as? JSONError)?.offset == offset }
    }

    @Test func `errors tell line, column and what was expected`() {
        #expect { try JSONReader.read(Array("{\n  \"a\": tru\n}".utf8)) } throws: {
            ($0 as? JSONError)?.description == "line 2, column 8: expected a value"
        }
    }

    @Test func `bytes that are not UTF-8 are an error`() {
        #expect { try JSONReader.read([0x22, 0x61, 0xFF, 0x22]) } throws: { ($0 as? JSONError)?.offset == 2 }
    }

    @Test func `an unpaired surrogate becomes the replacement character`() throws {
        #expect(
            try JSONReader.read(Array(#""\ud800-\udc00\ud83d\u0041""#.utf8)) == .string("\u{FFFD}-\u{FFFD}\u{FFFD}A"))
    }

    @Test func `depth is limited`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect { try JSONReader.read(Array(deep.utf8)) } throws: {
            ($0 as? JSONError)?.message == "nested deeper than 64"
        }
        let allowed = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        _ = try JSONReader.read(Array(allowed.utf8))
    }

    @Test func `a name given twice in a large object is found`() throws {
        let members = (0..<20_000).map { "\"\($0)\":0" }.joined(separator: ",")
        _ = try JSONReader.read(Array("{\(members)}".utf8))
        #expect(throws: JSONError.self) { try JSONReader.read(Array("{\(members),\"77\":1}".utf8)) }
    }

    @Test func `random bytes and damaged documents never trap`() {
        var random = SeededGenerator(seed: 1)
        let valid = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\n",{"b":null}],"c":true}"#.utf8)
        var failures = 0
        for _ in 0..<20_000 {
            var bytes = valid
            for _ in 0...random.index(below: 3) {
                bytes[random.index(below: bytes.count)] = UInt8(random.index(below: 256))
            }
            bytes.removeLast(random.index(below: 8))
            if (try? JSONReader.read(bytes)) == nil { failures += 1 }
            let noise = (0..<random.index(below: 40)).map { _ in UInt8(random.index(below: 256)) }
            _ = try? JSONReader.read(noise)
        }
        #expect(failures > 10_000)
    }
}
