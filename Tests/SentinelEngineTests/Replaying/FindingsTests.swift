import SentinelEngine
import Testing

struct FindingsTests {
    @Test func `alerts say who was flagged by what, and who was blocked`() {
        var findings = Findings()
        for alert in [
            #"{"seq":1,"rule":"bot_behavior","subject":"user:ada","block":{"until":1,"ref":"b0-1"},"evidence":{}}"#,
            #"{"seq":2,"rule":"duplicate_content","subject":"user:ada","block":null}"#,
            #"{"seq":3,"rule":"duplicate_content","subject":"user:%00%25","block":null}"#,
            #"{"seq":4,"rule":"x"}"#, #"{"seq":5,"rule":"x","subject":"user:%"}"#, "nonsense",
        ] { findings.note(alert: Array(alert.utf8)) }
        #expect(
            findings.flags == [
                Array("user:ada".utf8): ["bot_behavior", "duplicate_content"],
                Array("user:\0%".utf8): ["duplicate_content"],
            ])
        #expect(findings.blocked == [Array("user:ada".utf8)])
    }
}
