import Testing

@testable import SentinelCore

struct SuspicionTests {
    private static let day: Int64 = 86_400_000
    private let decay = Suspicion.Decay(halfLife: day, quiet: day)
    private let start: Int64 = 1_700_000_000_000

    private func evidence(
        _ rule: String, _ weight: Double, at time: Int64, _ module: Rule.Module = .spam,
        _ severity: Rule.Severity = .high
    ) -> Suspicion.Evidence {
        .init(rule: rule, module: module, severity: severity, weight: weight, at: time)
    }

    private func isClose(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-12 }

    @Test func `without a flag there is no suspicion`() {
        let suspicion = Suspicion()
        #expect(suspicion.score(at: start, halfLife: Self.day) == 0)
        #expect(suspicion.openRules(at: start, decay: decay) == 0)
        #expect(suspicion.incidents(at: start, within: .max) == 0)
    }

    @Test func `independent rules add up as a noisy or`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("a", 0.6, at: start), evidence("b", 0.5, at: start)], decay: decay)
        // 1 - 0.4 * 0.5
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day), 0.8))
        #expect(isClose(suspicion.highest, 0.8))
    }

    @Test func `a rule that is met again and again never says more than once`() {
        var suspicion = Suspicion()
        for _ in 0..<1000 { suspicion.add([evidence("a", 0.6, at: start)], decay: decay) }
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day), 0.6))
        #expect(suspicion.reasons[0].flags == 1000)
        suspicion.add([evidence("a", 0.9, at: start)], decay: decay)
        suspicion.add([evidence("a", 0.2, at: start)], decay: decay)
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day), 0.9))
    }

    @Test func `each weight halves in every half-life since its newest flag`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("a", 0.8, at: start)], decay: decay)
        suspicion.add([evidence("b", 0.4, at: start + Self.day)], decay: decay)
        // 1 - (1 - 0.4) * (1 - 0.4), then 1 - (1 - 0.2) * (1 - 0.2)
        #expect(isClose(suspicion.score(at: start + Self.day, halfLife: Self.day), 0.64))
        #expect(isClose(suspicion.score(at: start + 2 * Self.day, halfLife: Self.day), 0.36))
        suspicion.add([evidence("a", 0.8, at: start + 2 * Self.day)], decay: decay)
        // 1 - 0.2 * 0.8
        #expect(isClose(suspicion.score(at: start + 2 * Self.day, halfLife: Self.day), 0.84))
        // A weak new flag does not replace what a strong old one still says: 0.8 / 4 = 0.2 > 0.1.
        suspicion.add([evidence("a", 0.1, at: start + 4 * Self.day)], decay: decay)
        #expect(isClose(suspicion.reasons[0].weight, 0.2))
    }

    @Test func `modules have scores of their own`() {
        var suspicion = Suspicion()
        suspicion.add(
            [evidence("a", 0.5, at: start), evidence("b", 0.25, at: start, .automation)], decay: decay)
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day, module: .spam), 0.5))
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day, module: .automation), 0.25))
        #expect(suspicion.score(at: start, halfLife: Self.day, module: .fraud) == 0)
    }

    @Test func `a flag that comes late neither lowers nor rejuvenates anything`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("a", 0.6, at: start)], decay: decay)
        suspicion.add([evidence("a", 0.6, at: start - Self.day)], decay: decay)
        #expect(isClose(suspicion.score(at: start, halfLife: Self.day), 0.6))
        #expect(suspicion.reasons[0].at == start)
        // Before its time the weight is whole.
        #expect(isClose(suspicion.score(at: start - Self.day, halfLife: Self.day), 0.6))
    }

    @Test func `an incident goes on until its rule was quiet for the time of the policy`() {
        var suspicion = Suspicion()
        for time in [start, start + Self.day - 1, start + 2 * Self.day - 1] {
            suspicion.add([evidence("a", 0.6, at: time)], decay: decay)
        }
        #expect(suspicion.openings == [start, start + 2 * Self.day - 1])
        suspicion.add([evidence("b", 0.6, at: start + 2 * Self.day)], decay: decay)
        #expect(suspicion.openRules(at: start + 2 * Self.day, decay: decay) == 2)
        #expect(suspicion.openRules(at: start + 3 * Self.day - 1, decay: decay) == 1)
        #expect(suspicion.openRules(at: start + 3 * Self.day, decay: decay) == 0)
        #expect(suspicion.incidents(at: start + 2 * Self.day, within: Self.day) == 2)
        #expect(suspicion.incidents(at: start + 2 * Self.day, within: 3 * Self.day) == 3)
    }

    @Test func `after a reset only new evidence counts`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("a", 0.6, at: start, .content, .critical)], decay: decay)
        suspicion.add([evidence("b", 0.6, at: start + 10)], decay: decay)
        suspicion.reset(at: start + 5)
        #expect(suspicion.reasons.map(\.rule) == ["b"])
        #expect(suspicion.openings == [start + 10])
        #expect(suspicion.lastCritical == nil)
        suspicion.reset(at: start + 10)
        #expect(suspicion.highest == 0)
        suspicion.add([evidence("a", 0.6, at: start + 10)], decay: decay)
        #expect(suspicion.score(at: start + 10, halfLife: Self.day) == 0)
        suspicion.add([evidence("a", 0.6, at: start + 11)], decay: decay)
        #expect(isClose(suspicion.score(at: start + 11, halfLife: Self.day), 0.6))
    }

    @Test func `of too many rules the one that says least is forgotten`() {
        var suspicion = Suspicion()
        for place in 0..<40 {
            suspicion.add([evidence("r\(place)", place == 3 ? 0.01 : 0.5, at: start + Int64(place))], decay: decay)
        }
        #expect(suspicion.reasons.count == Suspicion.capacity)
        #expect(!suspicion.reasons.contains { $0.rule == "r3" })
        #expect(suspicion.reasons.last?.rule == "r39")
        #expect(suspicion.openings.count == Suspicion.incidentCapacity)
    }

    // MARK: Stored form

    @Test func `what is stored is read back, to the last bit`() throws {
        var suspicion = Suspicion()
        #expect(try Suspicion(decoding: suspicion.encoded()) == suspicion)
        suspicion.add(
            [evidence("a", 0.1, at: start, .fraud, .critical), evidence("b", 1.0 / 3, at: start - 7)], decay: decay)
        suspicion.lastEntry = LogPosition(milliseconds: 9, sequence: .max)
        suspicion.add([evidence("a", 0.01, at: start + 12_345)], decay: decay)
        #expect(try Suspicion(decoding: suspicion.encoded()) == suspicion)
        suspicion.reset(at: start)
        #expect(try Suspicion(decoding: suspicion.encoded()) == suspicion)
    }

    @Test func `whatever is added it stays small`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("one", 0.6, at: start)], decay: decay)
        #expect(suspicion.encoded().count <= 60)
        for place in 0..<1000 {
            let rule = String(repeating: "r", count: 60) + "\(place)"
            suspicion.add([evidence(rule, 0.6, at: place % 2 == 0 ? .max : .min + 1)], decay: decay)
        }
        #expect(suspicion.encoded().count <= 2048)
    }

    @Test func `foreign bytes are refused`() {
        var suspicion = Suspicion()
        suspicion.add([evidence("a", 0.6, at: start)], decay: decay)
        let bytes = suspicion.encoded()
        #expect(throws: StateDecodingError.unknownVersion(9)) { try Suspicion(decoding: [9] + bytes.dropFirst()) }
        #expect(throws: StateDecodingError.malformed("1 bytes too many")) { try Suspicion(decoding: bytes + [0]) }
        for count in 0..<bytes.count {
            #expect(throws: StateDecodingError.truncated) { try Suspicion(decoding: Array(bytes[..<count])) }
        }
    }

    @Test func `random evidence and random bytes never trap, and a score is always from 0 to 1`() throws {
        var random = SplitMix(seed: 5)
        let times: [Int64] = [.min, .min + 1, -1, 0, 1, 1_700_000_000_000, .max - 1, .max]
        var read = 0
        for _ in 0..<300 {
            var suspicion = Suspicion()
            for _ in 0..<30 {
                let weight = [-1.0, 0, 0.3, 1, 7, .infinity].randomElement(using: &random) ?? 0
                let time = times.randomElement(using: &random) ?? 0
                let rule = "r\(Int.random(in: 0..<20, using: &random))"
                suspicion.add([evidence(rule, weight, at: time)], decay: decay)
                if Int.random(in: 0..<20, using: &random) == 0 { suspicion.reset(at: time) }
                let score = suspicion.score(at: times.randomElement(using: &random) ?? 0, halfLife: Self.day)
                #expect(score >= 0 && score <= 1)
                _ = suspicion.incidents(at: time, within: .max)
                _ = suspicion.openRules(at: time, decay: decay)
            }
            var bytes = suspicion.encoded()
            #expect(try Suspicion(decoding: bytes) == suspicion)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let other = try? Suspicion(decoding: bytes) else { continue }
            read += 1
            #expect(try Suspicion(decoding: other.encoded()) == other)
            let score = other.score(at: 0, halfLife: 0)
            #expect(score >= 0 && score <= 1)
        }
        #expect(read > 50)
    }
}
