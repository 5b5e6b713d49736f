import SentinelCore
import SentinelDaemon
import Testing

struct RecordingReaderTests {
    private let folder = TemporaryFolder()

    @Test func `a long recording is read whole, in order and with progress`() throws {
        let events = (0..<20_000).map {
            Event(at: Int64($0), kind: "content", user: Array("u\($0 % 7)".utf8), text: Array("text \($0)".utf8))
        }
        let reader = try RecordingReader(path: folder.write(lines(events), as: "recording"))
        var fractions: [Double] = []
        let read = try all(reader) { fractions.append(reader.fraction ?? -1) }
        #expect(read == events)
        #expect(reader.count == 20_000)
        #expect(reader.lateEvents == 0)
        #expect(fractions == fractions.sorted())
        #expect(fractions.count > 10)
        #expect(fractions.last == 1)
    }

    @Test func `compressed recordings are read, in several members too`() throws {
        let events = (0..<30_000).map { Event(at: Int64($0), kind: "read", ip: Array("10.0.0.1".utf8)) }
        let halves = [lines(Array(events[..<100])), lines(Array(events[100...]))]
        let reader = try RecordingReader(path: folder.writeCompressed(halves, as: "recording.jsonl.gz"))
        #expect(try all(reader) == events)
        #expect(reader.format == .jsonLines)
        #expect(reader.fraction == 1)
    }

    @Test func `compressed data that expand a thousandfold come in pieces`() throws {
        let blank = [UInt8](repeating: UInt8(ascii: "\n"), count: 2 << 20)
        let event = Event(at: 1, kind: "read", ip: Array("10.0.0.1".utf8))
        let path = folder.writeCompressed([blank + lines([event])], as: "blank.jsonl.gz")
        #expect(try all(RecordingReader(path: path)) == [event])
    }

    @Test func `compressed data cut short or damaged or followed by something else are errors`() throws {
        let events = (0..<5000).map { Event(at: Int64($0), kind: "read", ip: Array("10.0.0.\($0 % 251)".utf8)) }
        let whole = folder.read(folder.writeCompressed([lines(events)], as: "whole.gz"))
        var damaged = whole
        damaged[whole.count / 2] ^= 0xFF
        let cases: [([UInt8], String)] = [
            (Array(whole.dropLast(5)), "the compressed data end too early"),
            (whole + Array("more".utf8), "something else follows the compressed data"),
        ]
        for (bytes, message) in cases {
            let path = folder.write(bytes, as: "bad.jsonl.gz")
            #expect { try all(RecordingReader(path: path)) } throws: { ($0 as? RecordingError)?.message == message }
        }
        let path = folder.write(damaged, as: "damaged.jsonl.gz")
        #expect(throws: RecordingError.self) { try all(RecordingReader(path: path)) }
        let padded = folder.write(whole + [0, 0, 0], as: "padded.jsonl.gz")
        #expect(try all(RecordingReader(path: padded)) == events)
    }

    @Test func `errors name file and line, and come after the events before them`() throws {
        let path = folder.write(Array("{\"at\":1,\"kind\":\"x\",\"user\":\"a\"}\n{\"att\":1}\n".utf8), as: "e.jsonl")
        let reader = try RecordingReader(path: path)
        #expect(try reader.nextBatch() == [Event(at: 1, kind: "x", user: [UInt8(ascii: "a")])])
        #expect { try reader.nextBatch() } throws: { "\($0)" == "\(path):2:2: unknown field \"att\"" }
        #expect(try reader.nextBatch() == nil)
        let missing = "\(folder.path)/missing"
        #expect { try RecordingReader(path: missing) } throws: { "\($0)" == "\(missing): No such file or directory" }
        #expect { try RecordingReader(path: folder.path) } throws: { "\($0)" == "\(folder.path): Is a directory" }
        let unknown = folder.write(Array("hello\n".utf8), as: "hello")
        #expect { try RecordingReader(path: unknown) } throws: { "\($0)".hasPrefix("\(unknown): this is neither JSON") }
        let empty = folder.write([], as: "empty.csv")
        #expect(try all(RecordingReader(path: empty)) == [])
    }

    @Test func `lines of an access log that are none are counted`() throws {
        let log = "203.0.113.7 - - [14/Oct/2019:10:50:18 +0200] \"GET / HTTP/1.1\" 200 1\nnonsense\n"
        let reader = try RecordingReader(path: folder.write(Array(log.utf8), as: "access.log"))
        #expect(try all(reader).count == 1)
        #expect(reader.skipped == 1)
        #expect(reader.skippedExamples.map(\.line) == [2])
    }

    @Test func `recordings in another order are sorted by time, equal times as they came`() throws {
        let first = folder.write(Array("at,user\n5,a\n3,b\n5,c\n".utf8), as: "1.csv")
        let second = folder.write(Array("at,user\n4,d\n3,e\n".utf8), as: "2.csv")
        let readers = [try RecordingReader(path: first), try RecordingReader(path: second)]
        let sorted = try SortedRecording(readers)
        #expect(sorted.events.map { String(decoding: $0.user ?? [], as: UTF8.self) } == ["b", "e", "d", "a", "c"])
        #expect(!sorted.wasInOrder)
        #expect(readers.map(\.lateEvents) == [1, 1])
    }

    @Test func `more events than fit are refused`() throws {
        let path = folder.write(Array("at,user\n1,a\n2,b\n3,c\n".utf8), as: "1.csv")
        #expect { try SortedRecording([RecordingReader(path: path)], maximum: 2) } throws: {
            "\($0)" == "\(path): more than 2 events: too many to sort by time"
        }
        #expect(try SortedRecording([RecordingReader(path: path)], maximum: 3).wasInOrder)
    }

    private func lines(_ events: [Event]) -> [UInt8] {
        var json = JSONWriter()
        for event in events { event.appendJSONLine(to: &json) }
        return json.bytes
    }
}

/// All events that are left in a recording.
@discardableResult
func all(_ reader: RecordingReader, progress: () -> Void = {}) throws -> [Event] {
    var events: [Event] = []
    while let batch = try reader.nextBatch() {
        #expect(!batch.isEmpty)
        events += batch
        progress()
    }
    return events
}
