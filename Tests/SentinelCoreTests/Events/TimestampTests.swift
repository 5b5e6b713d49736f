import SentinelCore
import Testing

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:34:56.789Z", 951_827_696_789), ("2026-01-31", 1_769_817_600_000),
        ("2026-01-31T12:30", 1_769_862_600_000), ("2026-01-31 12:30:00,5+05:30", 1_769_842_800_500),
        ("2026-01-31t12:30:00.123456789z", 1_769_862_600_123), ("2026-01-31T12:30:00-0800", 1_769_891_400_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("1969-12-31T23:59:59.999Z", -1),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `ISO 8601 is read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text.utf8)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-02-29", "1900-02-29", "2026-01-00", "2026-01-31T24:00Z", "2026-01-31T12",
        "2026-01-31T12:60Z", "2026-01-31T12:30:61Z", "2026-01-31T12:30:00.Z", "2026-01-31T12:30:00+5",
        "2026-01-31T12:30:00Zx", "2026-01-31T12:30:00+24:00", "x026-01-31", "2026-1-31", "２026-01-31",
    ])
    func `what is no instant is refused`(text: String) {
        #expect(Timestamp(iso8601: text.utf8) == nil)
    }

    @Test func `days of eight centuries are written and read back`() {
        let day: Int64 = 86_400_000
        for days in stride(from: Int64(-134_774), to: 157_420, by: 23) {
            let instant = Timestamp(milliseconds: days * day + (days & 0xFFFF) * 1319 % day)
            #expect(Timestamp(iso8601: instant.iso8601.utf8) == instant)
        }
        #expect(Timestamp(milliseconds: -134_774 * day).iso8601 == "1601-01-01T00:00:00.000Z")
        #expect(Timestamp(milliseconds: 157_420 * day - 1).iso8601 == "2400-12-31T23:59:59.999Z")
    }

    @Test func `any instant can be written`() {
        #expect(Timestamp(milliseconds: .max).iso8601 == "+292278994-08-17T07:12:55.807Z")
        #expect(Timestamp(milliseconds: .min).iso8601 == "-292275055-05-16T16:47:04.192Z")
        #expect(Timestamp.latest.iso8601 == "9999-12-31T23:59:59.999Z")
    }
}
