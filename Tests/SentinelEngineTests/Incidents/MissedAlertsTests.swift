import SentinelCore
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelEngine

struct MissedAlertsTests {
    /// Fills a log by hand, an alert each third ms and now and then several in one, and asks it.
    private static func with(_ numbers: [Int64], _ body: (Calls) async throws -> Void) async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await calls.send { pipeline in
                for (place, number) in numbers.enumerated() {
                    let text = #"{"seq":\#(number),"at":1,"rule":"r","subject":"user:x","severity":3}"#
                    let position = "\(1_000_000 + place / 4 * 3)-\(place % 4)"
                    pipeline.append("XADD", calls.keys.alertsLog, position, "seq", number, "alert", text)
                }
            }
            try await body(calls)
            await calls.client.close()
        }
    }

    private static func numbers(_ missed: MissedAlerts) -> [Int64] { missed.alerts.map(\.number) }

    @Test func `whatever was missed comes from the oldest on, and no more of it than was asked for`() async throws {
        try await Self.with(Array(1...1000)) { calls in
            for number: Int64 in [0, 1, 2, 3, 4, 5, 499, 898, 899, 900, 901, 998, 999] {
                let missed = try await calls.alerts(after: number, atMost: 7)
                #expect(Self.numbers(missed) == Array((number + 1)...min(1000, number + 7)), "\(number)")
                #expect(missed.goesOn == (number < 993))
                #expect(missed.lost == 0)
                #expect(!missed.isRenumbered)
            }
            #expect(try await calls.alerts(after: 1000, atMost: 7) == MissedAlerts())
        }
    }

    @Test func `bytes are bounded too, but for a single alert`() async throws {
        try await Self.with(Array(1...300)) { calls in
            let one = #"{"seq":1,"at":1,"rule":"r","subject":"user:x","severity":3}"#.utf8.count
            #expect(try await Self.numbers(calls.alerts(after: 0, atMost: 100, bytes: 3 * one)) == [1, 2, 3])
            let missed = try await calls.alerts(after: 298, atMost: 100, bytes: 1)
            #expect(Self.numbers(missed) == [299])
            #expect(missed.goesOn)
        }
    }

    @Test func `what was trimmed is lost`() async throws {
        try await Self.with(Array(401...1000)) { calls in
            let missed = try await calls.alerts(after: 100, atMost: 2)
            #expect(Self.numbers(missed) == [401, 402])
            #expect(missed.lost == 300)
        }
    }

    @Test func `a number that is not there yet means that they began anew`() async throws {
        try await Self.with([5000, 5001] + Array(1...250)) { calls in
            let missed = try await calls.alerts(after: 6000, atMost: 3)
            #expect(missed.isRenumbered)
            #expect(Self.numbers(missed) == [1, 2, 3])
            #expect(try await Self.numbers(calls.alerts(after: 240, atMost: 100)) == Array(241...250))
        }
        try await Self.with([]) { calls in
            let ahead = try await calls.alerts(after: 3, atMost: 3)
            let none = try await calls.alerts(after: 0, atMost: 3)
            #expect(ahead.isRenumbered)
            #expect(none == MissedAlerts())
        }
    }
}
