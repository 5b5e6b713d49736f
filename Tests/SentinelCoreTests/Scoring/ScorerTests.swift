import Testing

@testable import SentinelCore

struct ScorerTests {
    private let start: Int64 = 1_700_000_000_000

    /// Two enforced rules of 0.6 and 0.5, a shadowed one of 1, and one that watches their sum.
    private var policy: Policy {
        Policy(rules: [
            Rule("copied", .spam, .high, .report, then: .init(score: 0.6)),
            Rule("hasty", .automation, .medium, .report, then: .init(score: 0.5)),
            Rule("tried", .spam, .high, .report, then: .init(score: 1), mode: .shadow),
            Rule("unweighed", .content, .critical, .report),
            Rule("suspected", .spam, .high, .score(.init(atLeast: 0.75))),
            Rule("spammer", .spam, .high, .score(.init(atLeast: 0.6, module: .spam)), mode: .shadow),
        ])
    }

    private func flag(_ rule: String, _ user: String, _ position: UInt64, at time: Int64? = nil) throws -> Flag {
        Flag(
            rule: rule, subject: try Subject(type: "user", id: Array(user.utf8)),
            position: LogPosition(milliseconds: 1, sequence: position), at: time ?? start + Int64(position),
            description: rule, evidence: Array("{}".utf8))
    }

    @Test func `a flag that lifts the suspicion to the threshold raises a flag of its own, with the reasons`() throws {
        let scorer = Scorer(policy: policy)
        var suspicions: [Subject: Suspicion] = [:]
        let first = scorer.apply([.flag(try flag("copied", "m", 1))], to: &suspicions)
        #expect(first.map(\.rule) == ["spammer"])
        // 1 - 0.4 * 0.5
        let second = scorer.apply([.flag(try flag("hasty", "m", 2, at: start + 1))], to: &suspicions)
        #expect(second.map(\.rule) == ["suspected", "spammer"])
        let raised = try #require(second.first)
        #expect(raised.description == "suspicion of 0.8: copied 0.6, hasty 0.5")
        #expect(raised.positions == [LogPosition(milliseconds: 1, sequence: 2)])
        let evidence = try JSONReader.read(raised.evidence)
        #expect(evidence["score"] == .double(0.8))
        #expect(evidence["at_least"] == .double(0.75))
        guard case .array(let reasons)? = evidence["reasons"] else { return #expect(Bool(false)) }
        #expect(reasons.map { $0["rule"] } == [.string("copied"), .string("hasty")])
        #expect(second[1].description == "suspicion of spam of 0.6: copied 0.6")
    }

    @Test func `rules in shadow, rules that watch the score and unknown rules say nothing`() throws {
        let scorer = Scorer(policy: policy)
        var suspicions: [Subject: Suspicion] = [:]
        let acts = try ["tried", "suspected", "spammer", "gone"].map { FlagBatch.Act.flag(try flag($0, "m", 1)) }
        #expect(scorer.subjects(of: acts).isEmpty)
        #expect(scorer.apply(acts, to: &suspicions).isEmpty)
        #expect(suspicions.isEmpty)
    }

    @Test func `without a score of its own a flag weighs what its severity says`() throws {
        let scorer = Scorer(policy: policy)
        var suspicions: [Subject: Suspicion] = [:]
        var mild = try flag("unweighed", "mild", 1)
        mild.severity = .low
        _ = scorer.apply([.flag(mild), .flag(try flag("unweighed", "bad", 1))], to: &suspicions)
        let weights = suspicions.mapValues { $0.reasons.map(\.weight) }
        #expect(weights[mild.subject] == [0.1])
        #expect(weights[try Subject(type: "user", id: Array("bad".utf8))] == [0.95])
    }

    @Test func `all flags of one entry count, and none of an entry that was applied before`() throws {
        let scorer = Scorer(policy: policy)
        var suspicions: [Subject: Suspicion] = [:]
        let acts = [FlagBatch.Act.flag(try flag("copied", "m", 1)), .flag(try flag("hasty", "m", 1))]
        let flags = scorer.apply(acts, to: &suspicions)
        #expect(flags.map(\.rule) == ["suspected", "spammer"])
        let before = suspicions
        #expect(scorer.apply(acts, to: &suspicions) == flags)
        #expect(suspicions == before)
        #expect(suspicions.values.first?.reasons.map(\.flags) == [1, 1])
    }

    @Test func `an unblock spends the evidence before it`() throws {
        let scorer = Scorer(policy: policy)
        var suspicions: [Subject: Suspicion] = [:]
        let subject = try flag("copied", "m", 1).subject
        let unblock = FlagBatch.Act.unblock(subject, LogPosition(milliseconds: 1, sequence: 2), at: start + 2)
        let acts = [.flag(try flag("copied", "m", 1)), unblock, .flag(try flag("hasty", "m", 3))]
        #expect(scorer.subjects(of: acts) == [subject])
        #expect(scorer.apply(acts, to: &suspicions).map(\.rule) == ["spammer"])
        #expect(suspicions[subject]?.reasons.map(\.rule) == ["hasty"])
    }

    @Test func `scores depend neither on batches nor on what is stored and read in between`() throws {
        let scorer = Scorer(policy: policy)
        var random = SplitMix(seed: 4)
        var acts: [FlagBatch.Act] = []
        for place in 0..<400 {
            let user = "u\(Int.random(in: 0..<5, using: &random))"
            let rule = ["copied", "hasty", "unweighed"].randomElement(using: &random) ?? ""
            let time = start + Int64(place) * 3_600_000 - Int64.random(in: 0...7_200_000, using: &random)
            let flag = try flag(rule, user, UInt64(place / 2), at: time)
            if Int.random(in: 0..<40, using: &random) == 0 {
                acts.append(.unblock(flag.subject, flag.positions[0], at: time))
            } else {
                acts.append(.flag(flag))
            }
        }
        var whole: [Subject: Suspicion] = [:]
        let expected = scorer.apply(acts, to: &whole)
        for most in [1, 7, 100] {
            var suspicions: [Subject: Suspicion] = [:]
            var flags: [Flag] = []
            var cursor = 0
            while cursor < acts.count {
                // A batch ends between entries.
                var end = min(acts.count, cursor + Int.random(in: 1...most, using: &random))
                while end < acts.count, acts[end].position == acts[end - 1].position { end += 1 }
                flags += scorer.apply(Array(acts[cursor..<end]), to: &suspicions)
                suspicions = try suspicions.mapValues { try Suspicion(decoding: $0.encoded()) }
                cursor = end
            }
            #expect(suspicions == whole)
            #expect(flags == expected)
        }
        #expect(expected.count > 50)
    }
}
