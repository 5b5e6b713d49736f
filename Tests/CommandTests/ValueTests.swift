import SentinelCore
import Testing

@testable import sentinel

struct ValueTests {
    @Test(arguments: [
        ("90s", 90_000), ("10m", 600_000), ("4h", 14_400_000), ("7d", 604_800_000), ("2w", 1_209_600_000),
        ("1h30m", 5_400_000), ("45", 45_000), ("500ms", 500), ("1d2h3m4s5ms", 93_784_005), ("0", 0),
    ])
    func `durations are read as people write them`(text: String, milliseconds: Int64) {
        #expect(DurationText.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "h", "4x", "4 h", "-4h", "1.5h", "30m1h", "4h4h", "4hh", "999999999999w", "9223372036854775807", "101y",
        "٤h",
        "1w5300w",
    ])
    func `what is no duration is refused and nothing overflows`(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["4h", "1h30m", "7d", "2w", "8d1s", "500ms", "0s", "15m"])
    func `a shown duration reads back as itself`(text: String) throws {
        let duration = try #require(DurationText.parse(text))
        #expect(DurationText.parse(DurationText.show(duration)) == duration)
    }

    @Test func `a term is a duration or for ever`() throws {
        #expect(try ValueType<Term>.term.parse("4h") == .limited(.seconds(14_400)))
        #expect(try ValueType<Term>.term.parse("permanent") == .permanent)
        #expect(try ValueType<Term>.term.parse("0") == .permanent)
        #expect(throws: ValueProblem.self) { try ValueType<Term>.term.parse("for ever") }
        #expect(throws: ValueProblem.self) { try ValueType<Duration>.duration.parse("0") }
    }

    @Test(arguments: [
        ("2h", Output.present - 7_200_000), ("now", Output.present), ("1770091506123", 1_770_091_506_123),
        ("2026-02-03", 1_770_076_800_000), ("2026-02-03T04:05:06Z", 1_770_091_506_000),
        ("2026-02-03 04:05", 1_770_091_500_000), ("2026-02-03T05:05:06.25+01:00", 1_770_091_506_250),
        ("2026-02-03T04:05:06.123456789-0000", 1_770_091_506_123), ("2024-02-29", 1_709_164_800_000),
    ])
    func `points in time are read relative, as ISO 8601 and in ms`(text: String, milliseconds: Int64) {
        #expect(TimePoint.parse(text)?.milliseconds(now: Output.present) == milliseconds)
    }

    @Test(arguments: [
        "", "90", "1770091506", "yesterday", "2026-02-30", "2026-13-01", "2026-00-10", "2025-02-29", "1969-12-31",
        "2026-02-03T24:00Z", "2026-02-03T", "2026-02-03T04:05:06Q", "2026-02-03T04:05:06.Z", "20260203", "-1",
        "9999999999999999999", "2026-02-03Z", "2026-2-3",
    ])
    func `what is no point in time is refused, a number without a unit above all`(text: String) {
        #expect(TimePoint.parse(text) == nil)
    }

    @Test func `every day of four centuries reads back as itself`() {
        for day in Int64(0)..<146_097 {
            let milliseconds = day * 86_400_000 + 1
            #expect(ISO8601.parse(ISO8601.format(milliseconds)) == milliseconds)
        }
        #expect(ISO8601.format(Output.present) == "2026-02-03T04:05:06.000Z")
        #expect(ISO8601.format(.max) == "9999-12-31T23:59:59.999Z")
        #expect(ISO8601.format(.min) == "1970-01-01T00:00:00.000Z")
    }

    @Test(arguments: [
        (-500, "now"), (-2000, "2s ago"), (-150_000, "2m ago"), (-100_000_000, "1d ago"), (13_917_000, "3h51m"),
        (90_000, "1m30s"), (3_600_000, "1h"), (Int64.min, "9999-12-31T23:59:59.999Z"),
    ])
    func `times are told from now`(distance: Int64, text: String) {
        let (time, overflow) = Output.present.addingReportingOverflow(distance)
        if overflow || distance == .min {
            #expect(HumanTime.relative(.max, now: -1) == text)
        } else {
            #expect(HumanTime.relative(time, now: Output.present) == text)
        }
    }

    @Test func `one typing error is forgiven, another word is not`() {
        let words = ["duration", "reason", "limit", "o"]
        #expect(Suggestion.nearest(to: "duraiton", among: words) == "duration")
        #expect(Suggestion.nearest(to: "reson", among: words) == "reason")
        #expect(Suggestion.nearest(to: "colour", among: words) == nil)
        #expect(Suggestion.nearest(to: String(repeating: "l", count: 1_000_000), among: words) == nil)
        #expect(Suggestion.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(Suggestion.distance([], Array("abc".utf8)) == 3)
    }

    @Test func `the data folder follows XDG and ignores relative values`() {
        #expect(DataFolder.path(["XDG_DATA_HOME": "/x", "HOME": "/h"]) == "/x/sentinel")
        #expect(DataFolder.path(["XDG_DATA_HOME": "x", "HOME": "/h"]) == "/h/.local/share/sentinel")
        #expect(DataFolder.redisURL(["HOME": "/h"]) == "unix:///h/.local/share/sentinel/redis.sock")
        #expect(DataFolder.path([:]).hasPrefix("/"))
    }
}
