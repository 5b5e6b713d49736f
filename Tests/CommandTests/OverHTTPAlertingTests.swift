import SentinelCore
import SentinelEngine
import SentinelRedis
import Testing

@testable import sentinel

/// Webhooks, dead letters and edges are looked after over the API as over Redis.
struct OverHTTPAlertingTests {
    /// Without how many seconds ago something was, and the columns that are as wide: time goes on between two commands.
    private static func ageless(_ output: String) -> String {
        output.replacing(/[0-9]+s ago/, with: "ago").replacing(/\ +/, with: " ")
    }

    @Test func `webhooks, dead letters and edges are listed in the same words`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            let made = try sentinel.sentinel(
                "webhook", "add", "http://127.0.0.1:9/x", "--name", "pager", "-s", "high", "--module", "spam")
            #expect(made.code == 0, "\(made.errors)")
            let now = try await sentinel.calls.now()
            try await sentinel.calls.note(
                [EdgeState(name: "proxy-1", applied: 3, seen: now, way: .poll)], now: now)
            let webhook = try #require(try await sentinel.calls.webhookOverview().first?.webhook.id)
            for alert in [#"{"seq":7,"at":1,"rule":"off_topic_spam","subject":"user:a"}"#, "no alert"] {
                _ = try await sentinel.calls.client.call(
                    "XADD", sentinel.calls.keys.deadLetters, "*", "webhook", webhook, "at", now, "error", "404",
                    "alert", alert)
            }
            for words in ["webhook ls", "webhook dead", "webhook dead --limit 1"] {
                for format in ["human", "json", "raw"] {
                    let line = words.split(separator: " ").map(String.init) + ["-o", format]
                    let direct = try await sentinel.wait(line)
                    let remote = try await sentinel.wait(line + ["--api", url])
                    #expect(Self.ageless(remote.output) == Self.ageless(direct.output), "\(words)")
                    #expect(remote.code == 0 && direct.code == 0, "\(remote.errors)")
                }
            }
            let edges = try await sentinel.wait(["edge", "ls", "-o", "json", "--api", url]).json.array
            #expect(edges.map { $0["edge"] } == [.string("proxy-1")])
            #expect(edges.first?["applied"] == .int(3))
        }
    }

    @Test func `webhooks and edges are changed over the API, and told in the same words`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            func remote(_ words: String...) async throws -> Subprocess {
                try await sentinel.wait(words + ["--api", url])
            }
            let made = try await remote(
                "webhook", "add", "http://127.0.0.1:9/x", "--form", "slack", "--note", "why", "-s", "critical")
            #expect(made.code == 0, "\(made.errors)")
            let webhook = try #require(try await sentinel.calls.webhookOverview().first?.webhook)
            #expect(made.output == webhook.id + "\n")
            #expect(webhook.form == .slack && webhook.severity == .critical && webhook.by == "admin:local")
            #expect(try await remote("webhook", "add", "ftp://x").code == 2)

            let tried = try await remote("alert", "test", "--wait", "1s", "-o", "json")
            #expect(tried.code == 1)
            #expect(try tried.json.array.first?["taken"] == .bool(false))
            #expect(tried.errors.contains("is published"))

            #expect(try await remote("webhook", "resend", "all").output == "0 will be sent\n")
            #expect(try await remote("webhook", "resend", "1-1").code == 4)
            let removed = try await remote("webhook", "rm", webhook.id, "w0011223344556677")
            #expect(removed.output == "removed \(webhook.id)\n")
            #expect(removed.code == 4)

            let now = try await sentinel.calls.now()
            try await sentinel.calls.note(
                [EdgeState(name: "proxy-1", applied: 3, seen: now, way: .poll)], now: now)
            #expect(try await remote("edge", "rm", "proxy-1").code == 0)
            #expect(try await remote("edge", "rm", "proxy-1").code == 4)
            #expect(try await remote("edge", "rm", "no/name").code == 4)
            #expect(try await sentinel.calls.edgeLags().isEmpty)
        }
    }
}
