import SentinelCore
import SentinelIO
import Testing

@testable import SentinelEngine

struct WebhookMessageTests {
    private static func alert(_ description: String, subject: String = "user:ada") throws -> Alert {
        var json = JSONWriter()
        json.append(
            .object([
                .init("seq", .int(7)), .init("at", .int(1_700_000_000_000)), .init("change", .string("opened")),
                .init("incident", .string("i0-3")), .init("rule", .string("off_topic_spam")),
                .init("severity", .int(2)),
                .init("subject", .string(subject)), .init("description", .string(description)),
                .init("block", .object([.init("ref", .string("b0-1")), .init("until", .null)])),
            ]))
        return try #require(Alert(json: json.bytes))
    }

    private static func text(_ alert: Alert, _ form: Webhook.Form, _ member: String) throws -> String {
        try #require(try JSONReader.read(WebhookMessage(alert, as: form).body)[member]?.text)
    }

    @Test func `people read who did what, and for how long it is blocked`() throws {
        let alert = try Self.alert("seen")
        #expect(
            try Self.text(alert, .slack, "text")
                == "*medium* off_topic_spam: `user:ada` `seen` blocked for good, ref b0-1 (i0-3)")
        #expect(
            try Self.text(alert, .discord, "content")
                == "**medium** off_topic_spam: `user:ada` `seen` blocked for good, ref b0-1 (i0-3)")
    }

    @Test func `what somebody chose calls nobody, links nowhere and breaks out of nothing`() throws {
        let nasty = "`<!channel> <@U1>\n[x](https://evil.example) & @everyone\u{202E}"
        let alert = try Self.alert(nasty, subject: "user:`x`")
        let slack = try Self.text(alert, .slack, "text")
        #expect(slack.contains("`'&lt;!channel&gt; &lt;@U1&gt; [x](https://evil.example) &amp; @everyone `"))
        #expect(slack.contains("`user:'x'`"))
        let discord = WebhookMessage(alert, as: .discord)
        #expect(try JSONReader.read(discord.body)["allowed_mentions"]?["parse"] == .array([]))
        #expect(try Self.text(alert, .discord, "content").filter { $0 == "`" }.count == 4)
    }

    @Test func `a message for people has an end`() throws {
        let long = try Self.alert(String(repeating: "x", count: 100_000), subject: String(repeating: "y", count: 5000))
        // Discord takes 2000 characters.
        #expect(try Self.text(long, .discord, "content").count < 1000)
    }

    @Test(arguments: [
        ("http://127.0.0.1:9000", "tcp 127.0.0.1:9000", "/", "127.0.0.1:9000"),
        ("https://hooks.example.org/T0/x?y=1", "tls hooks.example.org:443", "/T0/x?y=1", "hooks.example.org"),
        ("http://[::1]:80/a", "tcp [::1]:80", "/a", "[::1]:80"),
        ("http://a?x", "tcp a:80", "/?x", "a"),
    ])
    func `a URL is taken apart`(url: String, endpoint: String, target: String, host: String) throws {
        let address = try WebhookAddress(parsing: url)
        #expect("\(address.security == .none ? "tcp" : "tls") \(address.endpoint)" == endpoint)
        #expect(address.target == target)
        #expect(address.authority == host)
    }

    @Test func `neither a secret nor a path is printed by accident`() throws {
        let secret = WebhookSecret()
        let address = try WebhookAddress(parsing: "https://hooks.example.org/T0/hidden")
        for text in ["\(secret)", String(reflecting: secret), "\(address)", String(reflecting: [address])] {
            #expect(!text.contains(secret.text.dropFirst(6)))
            #expect(!text.contains("hidden"))
        }
    }

    @Test(arguments: [
        "", "ftp://a", "http://", "http:///x", "http://u:p@h/", "http://h\\@evil/", "http://h/#f", "http://h:0/",
        "http://h:99999/", "http://h:8o/", "http://a b/", "http://é/", "http://[::1", "http://[x]/",
        "http://a\r\nX: y/",
        "http://" + String(repeating: "a", count: 2100),
    ])
    func `what two programs could read differently is no URL`(url: String) {
        #expect(throws: WebhookAddress.Invalid.self) { try WebhookAddress(parsing: url) }
    }

    @Test func `an answer is taken, away or refused`() throws {
        func answer(_ status: Int, _ wait: String? = nil) -> DeliveryAnswer {
            DeliveryAnswer(status: status, retryAfter: wait)
        }
        #expect(answer(200) == .taken)
        #expect(answer(204) == .taken)
        #expect(answer(503, "7") == .away("it answered 503", wait: .seconds(7)))
        #expect(answer(429, "99999999999") == .away("it answered 429", wait: .seconds(3600)))
        #expect(answer(503, "-1") == .away("it answered 503", wait: nil))
        #expect(answer(503, "soon") == .away("it answered 503", wait: nil))
        #expect(answer(302) == .refused("it answered 302"))
        #expect(answer(500) == .refused("it answered 500"))
    }
}
