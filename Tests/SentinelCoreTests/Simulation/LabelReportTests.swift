import SentinelCore
import Testing

struct LabelReportTests {
    @Test func `found, missed and wrongly flagged are told apart`() {
        var truth = GroundTruth()
        note(&truth, "a", "1", "spam")
        note(&truth, "b", "2", "spam")
        note(&truth, "c", "3", "spam")
        note(&truth, "d", "4", "bot")
        note(&truth, "e", "5", "human")
        note(&truth, "f", "6", "ham")
        note(&truth, "g", "7", nil)
        note(&truth, nil, "8", "attacker")
        note(&truth, nil, "9", "benign")
        let report = LabelReport(
            truth,
            flags: [
                bytes("user:a"): ["spam", "x"], bytes("ip:2"): ["x"], bytes("user:e"): [], bytes("ip:6"): ["x"],
                bytes("user:g"): ["x"], bytes("ip:8"): ["x"], bytes("user:nobody"): ["x"],
            ],
            blocked: [bytes("ip:2"), bytes("user:e"), bytes("ip:6"), bytes("user:nobody")]
        )
        #expect(report.offenders.map(\.label) == ["attacker", "bot", "spam"])
        #expect(report.offenders.map(\.total) == [1, 1, 3])
        #expect(report.offenders.map(\.found) == [1, 0, 2])
        #expect(report.offenders.map(\.foundByName) == [0, 0, 1])
        #expect(report.offenders.map(\.missed) == [[], [bytes("user:d")], [bytes("user:c")]])
        #expect(report.offenders.map(\.blocked) == [0, 0, 1], "by its address")
        #expect(report.honest == LabelReport.Others(total: 3, flagged: 1, blocked: 1, examples: [bytes("user:e")]))
        #expect(
            report.honestAddresses == LabelReport.Others(total: 2, flagged: 1, blocked: 1, examples: [bytes("ip:6")]))
        #expect(report.unlabelled == LabelReport.Others(total: 1, flagged: 1, examples: [bytes("user:g")]))
        #expect(
            report.rules == [
                "spam": LabelReport.RuleHits(offenders: 1), "x": LabelReport.RuleHits(offenders: 3, unlabelled: 1),
            ]
        )
        #expect(report.recall == 0.6)
        #expect(report.precision == 0.75)
    }

    @Test func `without labels there is nothing to measure`() {
        var truth = GroundTruth()
        note(&truth, "a", "1", "")
        note(&truth, "b", "1", "unknown")
        let report = LabelReport(truth, flags: [:])
        #expect(report.recall == nil)
        #expect(report.precision == nil)
        #expect(report.unlabelled.total == 2)
    }

    @Test func `an offender's label wins, and an address is an offender's if one came from it`() {
        var truth = GroundTruth()
        note(&truth, "a", "1", nil)
        note(&truth, "a", "1", "human")
        note(&truth, "a", "2", "spam")
        note(&truth, "a", "2", "bot")
        note(&truth, "a", "2", "human")
        note(&truth, "b", "2", "human")
        let report = LabelReport(truth, flags: [bytes("ip:2"): ["x"]])
        #expect(report.offenders.map(\.label) == ["spam"])
        #expect(report.offenders.map(\.found) == [1])
        #expect(report.honest == LabelReport.Others(total: 1))
        #expect(report.honestAddresses == LabelReport.Others(total: 1))
    }

    @Test func `addresses are looked up as the caller writes them`() {
        var truth = GroundTruth(canonicalAddress: { Array($0.prefix(2)) })
        note(&truth, nil, "10.0", "attacker")
        #expect(LabelReport(truth, flags: [bytes("ip:10"): []]).offenders.map(\.found) == [1])
    }

    @Test func `more subjects than fit are counted, not kept`() {
        var truth = GroundTruth(maximumSubjects: 3)
        for user in ["a", "b", "c", "d", "a"] { note(&truth, user, nil, "spam") }
        #expect(truth.dropped == 1)
        #expect(LabelReport(truth, flags: [:]).offenders.map(\.total) == [3])
    }

    private func note(_ truth: inout GroundTruth, _ user: String?, _ ip: String?, _ label: String?) {
        truth.note(Event(kind: "content", user: user.map(bytes), ip: ip.map(bytes), label: label))
    }
}
