import Foundation
import TestSupport
import Testing

struct LongRecordingTests {
    @Test func `who was found in the first of many months counts at the end`() async throws {
        let directory = TemporaryDirectory()
        let path = "\(directory.path)/year.csv"
        let start = 1_600_000_000
        let month = 30 * 86_400  // as long as incidents are kept
        var csv = "unix_time,user,label\n"
        // A post a minute is clockwork. The second clock's incident is what takes the first one's from the list.
        for post in 0..<30 { csv += "\(start + post * 60),first,bot\n" }
        for (number, day) in [3, 40, 55, 170, 171, 300].enumerated() {
            csv += "\(start + day * 86_400 + number),ada,human\n"
        }
        for post in 0..<30 { csv += "\(start + 12 * month + post * 60),last,bot\n" }
        try csv.write(toFile: path, atomically: true, encoding: .utf8)
        let replayed = try await ReplayedRecording([path])
        let bots = try #require(replayed.summary["bot"])
        #expect(bots.found == 2)
        #expect(bots.blocked == 2)
        #expect(replayed.blockKeys == ["user:first", "user:last"])
        #expect(replayed.incidents == ["user:last bot_behavior"])
        #expect(replayed.summary.honest.flagged == 0)
    }
}
