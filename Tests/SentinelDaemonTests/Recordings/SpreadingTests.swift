import SentinelCore
import SentinelDaemon
import Testing

struct SpreadingTests {
    private let folder = TemporaryFolder()

    @Test func `events of one tick get different instants of it and keep their order`() throws {
        var csv = "unix_time,user\n"
        for row in 0..<200 { csv += "\(row / 50 * 60),u\(row)\n" }
        let recording = try recording(csv)
        let spread = recording.spread(over: 60_000)
        #expect(spread.wasInOrder)
        #expect(spread.events.map(\.user) == recording.events.map(\.user))
        #expect(zip(recording.events, spread.events).allSatisfy { 0..<60_000 ~= ($1.at ?? 0) - ($0.at ?? 0) })
        #expect(Set(spread.events.map(\.at)).count > 190)
        #expect(spread.events == recording.spread(over: 60_000).events, "the same at each call")
    }

    @Test func `a tick of nothing changes nothing`() throws {
        let recording = try recording("unix_time,user\n1,a\n1,b\n")
        #expect(recording.spread(over: 0).events == recording.events)
    }

    @Test func `labels are read from a compressed file, and mistakes name it`() throws {
        let path = folder.writeCompressed([Array("user,label\nada,spam\n".utf8)], as: "labels.csv.gz")
        #expect(try LabelFile.read(path).label(of: Event(kind: "x", user: Array("ada".utf8))) == "spam")
        let wrong = folder.write(Array("user,why\n".utf8), as: "wrong.csv")
        #expect { try LabelFile.read(wrong) } throws: { "\($0)" == "\(wrong):1: no column is named \"label\"" }
    }

    private func recording(_ csv: String) throws -> SortedRecording {
        try SortedRecording([RecordingReader(path: folder.write(Array(csv.utf8), as: "recording.csv"))])
    }
}
