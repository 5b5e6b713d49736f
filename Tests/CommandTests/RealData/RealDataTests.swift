import Glibc
import TestSupport
import Testing

/// Real recordings with labels from file to block key. They are not part of the project, and the figures are what the
/// rules find in them, no more: `docs/real-data.md` tells all.
// Without SENTINEL_DATA the suite is skipped, and the line of the skip says why.
@Suite(.disabled(if: RealData.folder == nil, "SENTINEL_DATA is not set: no real recordings to replay"))
struct RealDataTests {
    @Test func `the access log's loud attackers are found by address, and nobody honest`() async throws {
        let folder = try #require(RealData.folder) + "/logs/almhuette"
        let replayed = try await ReplayedRecording(["\(folder)/access.log.gz", "--labels", "\(folder)/labels.csv"])
        #expect(replayed.summary.events == 10_000)
        let attackers = try #require(replayed.summary["attacker"])
        #expect(attackers.total == 6)
        #expect(attackers.found == 4)
        // The one is a break-in of five tries at the rate of a person, the other twenty probes within seconds.
        #expect(attackers.missed == ["ip:5.188.62.5", "ip:77.68.16.82"])
        let honest = replayed.summary.honest
        #expect(honest.total == 22)
        #expect(honest.flagged == 0)
        #expect(replayed.incidents.contains("ip:193.106.31.130 rapid_content_creation"))
        // Its 5500 tries are refused but for 20 an hour, 600 of them, or blocked, once its rhythm is known.
        #expect(replayed.summary.limited + replayed.summary.blocked > 5500 * 9 / 10)
    }

    @Test func `a wave of spam in a chat is found by its texts, and the loudest of it is blocked`() async throws {
        let part = TemporaryDirectory()
        let chat = "\(part.path)/chat.csv"
        // Five thousand lines of the 39,007, with 20 of the 61 spammers: all would take a minute.
        let source = try #require(RealData.folder) + "/text/irc_spam_2018.csv.gz"
        let cut = try Subprocess.run("sh", ["-c", "gzip -dc '\(source)' | sed -n '1p;20502,25501p' > '\(chat)'"])
        try #require(cut.code == 0, "\(cut.errors)")
        let replayed = try await ReplayedRecording([chat, "--tick", "1m"])
        #expect(replayed.summary.events == 5000)
        let spam = try #require(replayed.summary["spam"])
        #expect(spam.total == 20)
        #expect(spam.found >= 19, "missed: \(spam.missed)")
        #expect(try #require(replayed.summary.rules["duplicate_content"]).offenders >= 15)
        #expect(spam.blocked >= 2)
        #expect(replayed.blockKeys.count >= 2)
        #expect(replayed.incidents.count { $0.hasSuffix(" duplicate_content") } >= 15)
        let honest = replayed.summary.honest
        #expect(honest.total > 80)
        // Regulars try out code and announce things in four channels; most flags are limits that chat is not made for.
        #expect(honest.flagged * 10 < honest.total * 3)
        #expect(honest.blocked * 50 < honest.total)
    }
}

/// Where the real recordings are.
enum RealData {
    static let folder = getenv("SENTINEL_DATA").map { String(cString: $0) }
}
