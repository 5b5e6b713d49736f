import Testing

@testable import SentinelCore

struct AssessmentTests {
    private static let day: Int64 = 86_400_000
    private let start: Int64 = 19_000 * day
    private let decay = Suspicion.Decay(of: .standard)

    private func suspicion(rules: Int, severity: Rule.Severity = .high, at time: Int64) -> Suspicion {
        var suspicion = Suspicion()
        for place in 0..<rules {
            suspicion.add(
                [.init(rule: "r\(place)", module: .spam, severity: severity, weight: 0.1, at: time)], decay: decay)
        }
        return suspicion
    }

    private func tally(messages: Int, refused: Int = 0, days: Int64 = 1) -> ActivityTally {
        var tally = ActivityTally()
        for place in 0..<messages {
            tally.add(at: start + Int64(place) % days * Self.day, isRefused: place < refused)
        }
        return tally
    }

    @Test(arguments: [(0, "low"), (1, "medium"), (2, "medium"), (3, "high"), (9, "high")])
    func `the risk level goes by the number of open flags`(_ rules: Int, _ level: String) {
        let assessment = Assessment(suspicion(rules: rules, at: start), .init(), at: start, policy: .standard)
        #expect(assessment.risk.rawValue == level)
        let later = Assessment(
            suspicion(rules: rules, at: start), .init(), at: start + Self.day, policy: .standard)
        #expect(later.risk == .low)
    }

    @Test(arguments: [(40, 1, false), (41, 1, true), (280, 7, false), (281, 7, true)] as [(Int, Int64, Bool)])
    func `more than 40 messages a day are suspicious`(_ messages: Int, _ days: Int64, _ isSuspicious: Bool) {
        let assessment = Assessment(
            .init(), tally(messages: messages, days: days), at: start + (days - 1) * Self.day, policy: .standard)
        #expect(assessment.isSuspicious == isSuspicious)
        if messages == 41 {
            #expect(assessment.suspicionReasons == ["averages 41.0 messages a day (more than 40)"])
        }
    }

    @Test(arguments: [(3, 10, false), (4, 10, true), (0, 0, false), (1, 1, true)])
    func `more than 30 percent refused messages are suspicious`(_ refused: Int, _ messages: Int, _ isSuspicious: Bool) {
        let assessment = Assessment(
            .init(), tally(messages: messages, refused: refused), at: start, policy: .standard)
        #expect(assessment.isSuspicious == isSuspicious)
        if refused == 4 {
            #expect(assessment.suspicionReasons == ["40.0 % of its messages were refused (more than 30 %)"])
        }
    }

    @Test func `more than five incidents, or a critical one, are suspicious while they are kept`() {
        #expect(!Assessment(suspicion(rules: 5, at: start), .init(), at: start, policy: .standard).isSuspicious)
        let six = suspicion(rules: 6, at: start)
        #expect(
            Assessment(six, .init(), at: start, policy: .standard).suspicionReasons == ["6 incidents (more than 5)"])
        #expect(!Assessment(six, .init(), at: start + 30 * Self.day, policy: .standard).isSuspicious)
        let critical = suspicion(rules: 1, severity: .critical, at: start)
        #expect(
            Assessment(critical, .init(), at: start + 30 * Self.day - 1, policy: .standard).suspicionReasons
                == ["a critical incident"])
        #expect(!Assessment(critical, .init(), at: start + 30 * Self.day, policy: .standard).isSuspicious)
    }
}
