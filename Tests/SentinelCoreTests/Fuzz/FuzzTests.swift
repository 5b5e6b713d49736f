import Glibc
import Testing

@testable import SentinelCore

/// Random and damaged input, as long as `SENTINEL_FUZZ_SECONDS` says per test (2 unless set; `make fuzz` takes a minute). What
/// a run does depends on its seed alone, which it prints: `SENTINEL_FUZZ_SEED` repeats it.
@Suite struct FuzzTests {
    private static let time = Duration.seconds(number("SENTINEL_FUZZ_SECONDS") ?? 2)
    private static let seed = number("SENTINEL_FUZZ_SEED") ?? Int.random(in: 0...Int.max)

    private static func number(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    private func run(_ what: String, step: (Int) throws -> Void) rethrows {
        let begin = ContinuousClock.now
        var steps = 0
        while ContinuousClock.now - begin < Self.time {
            try step(steps)
            steps += 1
        }
        print("fuzz: \(what): \(steps) inputs, SENTINEL_FUZZ_SEED=\(Self.seed)")
        #expect(steps > 10)
    }

    @Test func `no detector traps, stalls or loses state, whatever events and stored states it gets`() throws {
        var fuzz = DetectorFuzz(seed: UInt64(Self.seed))
        try run("events") { _ in for _ in 0..<20 { try fuzz.step() } }
        #expect(fuzz.flags > 0)
        #expect(fuzz.damaged > 0)
        // A thousand times what an event takes; the machine may be busy.
        #expect(fuzz.slowest < .seconds(2))
    }

    @Test func `no damaged policy traps the reader`() {
        var fuzz = DetectorFuzz(seed: UInt64(Self.seed) ^ 1)
        let standard = PolicyDocument.standard.source
        run("policies") { _ in
            let source = PolicySource(yaml: fuzz.damageDocument(standard.yaml), lists: standard.lists)
            _ = try? PolicyDocument(reading: source, file: "fuzz.yaml")
        }
    }

    @Test(arguments: [
        (
            EventFormat.jsonLines,
            #"{"at":1,"kind":"message","user":"a","text":"\ud83d\ude00","created":null,"tokens":3}"#
        ),
        (.accessLog, #"192.0.2.7 - ada [10/Oct/2025:13:55:36 +0000] "GET /a HTTP/1.1" 200 12 "-" "agent""#),
    ])
    func `no damaged recording traps a decoder`(format: EventFormat, line: String) {
        var fuzz = DetectorFuzz(seed: UInt64(Self.seed) ^ 2)
        run("\(format)") { _ in
            var decoder = EventDecoder(format: format)
            var events: [Event] = []
            try? decoder.decode(fuzz.damageDocument(Array((line + "\n").utf8)), into: &events)
            try? decoder.finish(into: &events)
        }
    }
}
