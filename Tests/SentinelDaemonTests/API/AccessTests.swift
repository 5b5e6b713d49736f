import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon

/// Who is let in, with which token, and who is not.
struct AccessTests {
    private static let event = #"{"kind":"message","user":"ada"}"#

    private static func token(_ calls: Calls, _ role: Role, for duration: Duration? = nil) async throws -> String {
        try await calls.addToken(role, name: role.rawValue, for: duration, by: "admin:test", note: nil).secret
    }

    @Test func `without any token this machine needs none`() async throws {
        try await APIHost.with { (host) async throws in
            #expect(try await host.get("/v1/check?user=ada").status == 200)
        }
    }

    @Test func `with a token everybody needs one, but for whether the program lives`() async throws {
        let secret = Kept()
        try await APIHost.with(prepare: { secret.text = try await Self.token($0, .client) }) { host in
            let refused = try await host.get("/v1/check?user=ada")
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"] == #"Bearer realm="sentinel""#)
            #expect(refused.headers["content-type"] == "application/problem+json")
            #expect(try await host.ask("POST", "/v1/events", Self.event, type: "application/json").status == 401)
            #expect(try await host.get("/v1/check?user=ada", token: secret.text).status == 200)
            let posted = try await host.ask(
                "POST", "/v1/events", Self.event, type: "application/json", token: secret.text)
            #expect(posted.status == 200)
            for open in ["/healthz", "/readyz", "/openapi.json"] {
                #expect(try await host.get(open).status == 200, "\(open)")
            }
        }
    }

    @Test func `a wrong token is refused whichever part of it is wrong`() async throws {
        let secret = Kept()
        try await APIHost.with(prepare: { secret.text = try await Self.token($0, .client) }) { host in
            let right = secret.text
            let last = right.hasSuffix("0") ? "1" : "0"
            for wrong in [
                String(right.dropLast()) + last, right + "0", String(right.dropLast()), right.uppercased(),
                "x" + right, Token.Secret().text, "sentinel_", "sentinel__", "\(right)_\(right)",
            ] {
                let answer = try await host.get("/v1/check?user=ada", token: wrong)
                #expect(answer.status == 401, "\(wrong)")
                #expect(answer.headers["www-authenticate"]?.contains("invalid_token") == true)
            }
            #expect(try await host.get("/v1/check?user=ada", token: right).status == 200)
        }
    }

    @Test func `a token ends with its time`() async throws {
        let secret = Kept()
        try await APIHost.with(prepare: { calls in
            secret.text = try await Self.token(calls, .client, for: .milliseconds(1))
            while try await calls.now() < calls.tokens().tokens[0].until ?? 0 {}
        }) { (host) async throws in
            #expect(try await host.get("/v1/check?user=ada", token: secret.text).status == 401)
            // And the door does not open with it.
            #expect(try await host.get("/v1/check?user=ada").status == 401)
        }
    }

    @Test func `who fails again and again is told to stay away, and who has a token is not`() async throws {
        let secret = Kept()
        try await APIHost.with(prepare: { secret.text = try await Self.token($0, .client) }) { host in
            for _ in 0..<FailedAttempts.allowed {
                #expect(try await host.get("/v1/check?user=ada", token: "nonsense").status == 401)
            }
            let slowed = try await host.get("/v1/check?user=ada")
            #expect(slowed.status == 429)
            let wait = try #require(slowed.headers["retry-after"].flatMap { Int($0) })
            #expect((1...61).contains(wait))
            #expect(try await host.get("/v1/check?user=ada", token: secret.text).status == 200)
        }
    }

    @Test func `a role may do what those below it may, and no more`() throws {
        let router = Router([
            Route("GET", "/staff", role: .staff, "For staff", answers: []) { request in
                .response(HTTPResponse(type: "text/plain", Array(request.caller.utf8)))
            }
        ])
        guard case .response(let response) = router.reply(to: HTTPRequest(method: "GET", path: "/staff")) else {
            Issue.record("no answer")
            return
        }
        #expect(response.body == Array("admin:local".utf8))
        #expect(Role.superuser > .admin && Role.admin > .staff && Role.staff > .client && Role.client > .anyone)
    }

    @Test func `beyond this machine it listens only where there is a token that can be used`() async throws {
        await #expect(throws: LifecycleError.self) {
            try await APIHost.with(at: "0.0.0.0:0") { _ in }
        }
        let secret = Kept()
        try await APIHost.with(at: "0.0.0.0:0", prepare: { secret.text = try await Self.token($0, .client) }) { host in
            #expect(try await host.ask("GET", "/v1/check?user=ada", host: "api.example.org").status == 401)
            let answer = try await host.ask(
                "GET", "/v1/check?user=ada", host: "api.example.org", token: secret.text)
            #expect(answer.status == 200)
            // The last one gone, nobody comes in.
            let token = try await host.calls.tokens().tokens[0]
            #expect(try await host.calls.removeToken(token.id, by: "admin:test", note: nil))
            try await eventually { try await host.get("/v1/check?user=ada", token: secret.text).status == 401 }
        }
    }

    @Test func `a removed token ends within seconds, and while Redis is away those known are let in`() async throws {
        let secret = Kept()
        try await APIHost.with(prepare: { secret.text = try await Self.token($0, .client) }) { (host) async throws in
            #expect(try await host.get("/v1/check?user=ada", token: secret.text).status == 200)
            await host.server.kill9()
            // 503 is the route's own answer: the gate let it pass; 401 is the gate's.
            let start = ContinuousClock.now
            while start.duration(to: .now) < TokenBook.freshness + .milliseconds(500) {
                #expect(try await host.get("/v1/check?user=ada", token: secret.text).status == 503)
                #expect([401, 429].contains(try await host.get("/v1/check?user=ada").status))
            }
        }
    }

    @Test func `failures are counted by address, IPv6 by its network, and forgotten with time`() {
        let attempts = FailedAttempts()
        let start = ContinuousClock.now
        for number in 0..<FailedAttempts.allowed {
            #expect(attempts.note("2001:db8::\(number + 1)", start) == nil)
        }
        #expect(attempts.note("2001:db8::ffff", start + .seconds(20)) == .seconds(40))
        #expect(attempts.note("2001:db8:0:1::1", start) == nil)
        #expect(attempts.note("192.0.2.1", start) == nil)
        #expect(attempts.note(nil, start) == nil)
        #expect(attempts.note("2001:db8::ffff", start + .seconds(61)) == nil)
    }

    @Test func `however many addresses fail, the table stays bounded`() {
        let attempts = FailedAttempts()
        let start = ContinuousClock.now
        for number in 0..<20_000 {
            _ = attempts.note(
                "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)", start + .milliseconds(number))
        }
        #expect(attempts.count <= 4096)
    }

    /// What one closure finds out for another.
    private final class Kept: @unchecked Sendable {
        var text = ""
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try await !condition() { try #require(ContinuousClock.now < deadline) }
    }
}
