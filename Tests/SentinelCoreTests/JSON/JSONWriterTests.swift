import SentinelCore
import Testing

struct JSONWriterTests {
    @Test func `values read back as they were written`() throws {
        let value = JSONValue.object([
            .init("", .null), .init("\"q\\\u{0}\u{1f}\n\u{7f}é😀\u{2028}", .bool(false)), .init("i", .int(.min)),
            .init(
                "d",
                .array([.double(0.1), .double(1e300), .double(.leastNonzeroMagnitude), .double(-3), .double(1e16)])),
            .init("n", .array([.array([]), .object([]), .int(1), .string("")])),
        ])
        #expect(try JSONReader.read(JSONWriter.bytes(value)) == value)
    }

    @Test func `output has no white space and escapes what must be`() {
        let value = JSONValue.object([.init("a\t", .array([.int(1), .string("\u{1}\"")])), .init("b", .null)])
        #expect(String(decoding: JSONWriter.bytes(value), as: UTF8.self) == #"{"a\t":[1,"\u0001\""],"b":null}"#)
    }

    @Test func `byte strings that are not UTF-8 are repaired`() {
        var json = JSONWriter()
        json.appendString([0x61, 0xFF, 0x22, 0xC3])
        #expect(String(decoding: json.bytes, as: UTF8.self) == "\"a\u{FFFD}\\\"\u{FFFD}\"")
    }

    @Test func `what JSON has no number for is null`() {
        let value = JSONValue.array([.double(.nan), .double(.infinity)])
        #expect(JSONWriter.bytes(value) == Array("[null,null]".utf8))
    }

    @Test func `hand-written members get their commas`() {
        var json = JSONWriter()
        json.beginArray()
        for number in 1...2 {
            json.beginObject()
            json.appendName("n")
            json.appendInt(Int64(number))
            json.appendName("o")
            json.beginObject()
            json.endObject()
            json.endObject()
        }
        json.endArray()
        json.appendNewline()
        json.appendBool(true)
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[{\"n\":1,\"o\":{}},{\"n\":2,\"o\":{}}]\ntrue")
    }
}
