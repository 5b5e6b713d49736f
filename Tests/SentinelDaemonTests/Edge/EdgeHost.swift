import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

/// What tests of the edge ask an API.
extension APIHost {
    func authz(_ forwarded: String, _ query: String = "", accept: String = "*/*") async throws -> Answer {
        try await ask(
            "GET", "/v1/authz" + query, fields: [("X-Forwarded-For", forwarded), ("Accept", accept)])
    }

    /// Asks until the answer is as wanted, for some seconds.
    func wait(
        _ question: () async throws -> Answer, until isRight: (Answer) -> Bool
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let answer = try await question()
            if isRight(answer) { return answer }
            try #require(ContinuousClock.now < deadline, "it stays \(answer.status) \(answer.headers.pairs)")
            try await server.loop.sleep(for: .milliseconds(2))
        }
    }

    /// Until the mirror has followed Redis.
    func waitForMirror() async throws {
        _ = try await wait({ try await authz("192.0.2.250") }) { $0.headers["x-sentinel-mirror-age"] != "unknown" }
    }

    func block(_ subject: String, for duration: Duration? = nil, _ action: Block.Action = .block) async throws -> String
    {
        try await calls.block(
            try Subject(printable: subject), for: duration, action: action, reason: .manual, by: "admin:test", note: nil
        ).ref
    }
}
