import Glibc
import SentinelCore
import SentinelDaemon
import Testing

/// Reads real recordings with labels, which are not part of the project.
@Suite(.disabled(if: dataFolder == nil, "SENTINEL_DATA is not set: no recordings to read"))
struct PublishedRecordingsTests {
    @Test(arguments: [
        ("cadence/irc_qtox", 18_164, 0), ("cadence/web_certh_pages", 1_456, 0), ("cadence/web_almhuette", 6_045, 0),
        ("text/youtube_uci_katy_lmfao_eminem", 991, 245),
    ])
    func `every row with a time is read, and sorting puts each after its predecessor`(
        name: String, rows: Int, without: Int
    ) throws {
        let path = "\(try #require(dataFolder))/\(name).csv.gz"
        let reader = try RecordingReader(path: path, skipsBadRecords: true)
        let events = try SortedRecording([reader]).events
        #expect(events.count == rows)
        #expect(reader.skipped == without)
        #expect(zip(events, events.dropFirst()).allSatisfy { $0.at ?? 0 <= $1.at ?? 0 })
        #expect(events.allSatisfy { $0.user != nil && $0.kind == "content" })
    }

    @Test func `a chat is read as messages`() throws {
        let reader = try RecordingReader(path: "\(try #require(dataFolder))/text/irc_spam_2018.csv.gz")
        let events = try #require(try reader.nextBatch())
        #expect(events.allSatisfy { $0.kind == "message" && $0.text != nil && $0.label != nil })
    }

    @Test func `a real access log is read to the last line`() throws {
        let reader = try RecordingReader(path: "\(try #require(dataFolder))/logs/almhuette/access.log.gz")
        let events = try all(reader)
        #expect(reader.format == .accessLog)
        #expect(events.count + reader.skipped == 10_000)
        #expect(reader.skipped < 10)
        #expect(Set(events.map(\.ip)).count == 456)
        #expect(events.contains { $0.kind == "content" } && events.contains { $0.kind == "read" })
    }
}

/// The folder that SENTINEL_DATA names.
let dataFolder = getenv("SENTINEL_DATA").map { String(cString: $0) }
