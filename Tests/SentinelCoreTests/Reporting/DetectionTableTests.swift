import Testing

@testable import SentinelCore

struct DetectionTableTests {
    @Test func `a table tells precision, recall and false alarms by rule, beside the base rules`() {
        var truth = GroundTruth()
        for (user, label) in [("a", "spam"), ("b", "spam"), ("c", "ham"), ("d", "ham"), ("e", nil)]
            as [(String, String?)]
        {
            truth.note(Event(at: 1, kind: "message", user: Array(user.utf8), label: label))
        }
        func name(_ user: String) -> [UInt8] { Array("user:\(user)".utf8) }
        let report = LabelReport(truth, flags: [name("a"): ["x"], name("b"): ["x", "y"], name("c"): ["y"]])
        let base = LabelReport(truth, flags: [name("a"): ["x"], name("d"): ["x"], name("e"): ["x"]])
        let table = DetectionTable.table("t", report, base: base, timePerEvent: .nanoseconds(4250))
        #expect(
            table.text() == """
                t
                  rule  precision   recall  per 1,000 honest  found  honest  unlabelled  base precision  base recall  base per 1,000
                  all     66.67 %  100.0 %             500.0      2       1           0          50.0 %       50.0 %           500.0
                  x       100.0 %  100.0 %               0.0      2       0           0          50.0 %       50.0 %           500.0
                  y        50.0 %   50.0 %             500.0      1       1           0               –        0.0 %             0.0
                  spam: 2 of 2 found, 0 blocked
                  honest: 1 of 2 flagged, 0 blocked
                  nobody knows: 0 of 1 flagged, 0 blocked
                  time per event: 4.25 µs

                """)
    }
}
