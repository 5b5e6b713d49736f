import Testing

@testable import SentinelIO

struct ServerSentEventsTests {
    private typealias Event = ServerSentEvents.Event

    private static func read(_ text: String, by size: Int) throws -> [Event] {
        var events = ServerSentEvents()
        let bytes = Array(text.utf8)
        return try stride(from: 0, to: bytes.count, by: size).flatMap {
            try events.read(Array(bytes[$0..<min($0 + size, bytes.count)]))
        }
    }

    @Test(arguments: [1, 2, 3, 1000])
    func `events are read whichever way their bytes are dealt out`(size: Int) throws {
        let text =
            "retry: 2000\n: hello\n\nid: 7\n\nid: 8\r\nevent: alert\r\ndata: {\r\ndata:}\r\n\r\n"
            + ": \n\ndata: x\r\rdata: lost"
        #expect(
            try Self.read(text, by: size) == [
                Event(id: "7"), Event(id: "8", name: "alert", data: Array("{\n}".utf8)),
                Event(data: Array("x".utf8)),
            ])
    }

    @Test func `a line without end is refused`() {
        var events = ServerSentEvents()
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0..<3 { _ = try events.read([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 19)) }
        }
    }

    @Test func `an event without end is refused, and events after one another are not`() throws {
        let line = Array("data: ".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 18) + [0x0A]
        var short = ServerSentEvents()
        for _ in 0..<8 { #expect(try short.read(line + [0x0A]).count == 1) }
        var long = ServerSentEvents()
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0..<8 { _ = try long.read(line) }
        }
    }
}
