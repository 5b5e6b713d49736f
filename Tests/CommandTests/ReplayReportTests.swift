import Foundation
import SentinelCore
import TestSupport
import Testing

@testable import sentinel

struct ReplayReportTests {
    /// Minutes at which a person posts: now and then, and sometimes several times in a row.
    private static let moods = [0, 3, 4, 47, 300, 302, 911, 1300, 1303, 2700, 2950, 4100]

    /// One user who posts like clockwork and is labelled so, and one who does not.
    private func recording(in folder: String) throws -> String {
        var lines = ""
        for place in 0..<12 {
            let at = 1_760_000_000_000 + place * 600_000
            lines +=
                #"{"at":\#(at),"kind":"content","user":"clock","text":"note number \#(place)","label":"bot"}"# + "\n"
            let other = 1_760_000_000_000 + Self.moods[place] * 60_000
            lines +=
                #"{"at":\#(other),"kind":"content","user":"ada","text":"thought \#(place)","label":"human"}"# + "\n"
        }
        let path = "\(folder)/events.jsonl"
        try lines.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func `a report has precision and recall by rule, beside the base rules`() async throws {
        try await withInstallation { sentinel in
            let path = try recording(in: sentinel.server.directory.path)
            let json = try sentinel.sentinel("replay", path, "--report", "-o", "json").json
            let table = try #require(json["report"]?.array.first)
            let rows = table["rows"]?.array ?? []
            #expect(rows.map { $0["rule"] } == [.string("all"), .string("bot_behavior")])
            for row in rows {
                #expect(row["precision"] == .int(1) || row["precision"] == .double(1))
                #expect(row["found"] == .int(1))
                #expect(row["honest"] == .int(0))
                #expect(row["base recall"] == .int(1) || row["base recall"] == .double(1))
            }
            let page = try sentinel.sentinel("replay", path, "--report").output
            #expect(page.contains("By rule, beside the base rules\n"))
            #expect(page.contains("honest: 0 of 1 flagged, 0 blocked\n"))
            let plain = try sentinel.sentinel("replay", path, "-o", "json").json
            #expect(plain["report"] == .null)
        }
    }
}
