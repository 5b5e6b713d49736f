import SentinelCore
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelEngine

struct CourierTests {
    /// The subjects of alerts in the form json, in the order in which they came.
    private static func subjects(_ receiver: Receiver) throws -> [String] {
        try receiver.got.map { try JSONReader.read($0.body)["data"]?["subject"]?.text ?? "" }
    }

    @Test func `each alert comes once and in order, signed with the secret that was shown`() async throws {
        try await Office.with { office in
            try await office.alerts(1...2)
            let receiver = Receiver(on: office.server.loop)
            let made = try await office.add(try await receiver.listen())
            try await office.alerts(3...6)
            let webhook = try await office.state { $0.state.delivered == 4 }
            #expect(try Self.subjects(receiver) == ["user:3", "user:4", "user:5", "user:6"])
            #expect(webhook.waiting == 0)
            #expect(webhook.webhook.place.hasPrefix("http://127.0.0.1:"))
            let secret = try #require(WebhookSecret(parsing: made.secret))
            for got in receiver.got {
                let (id, seconds) = (try #require(got.id), try #require(got.timestamp))
                #expect(got.signature == secret.signature(id: id, seconds: seconds, body: got.body))
            }
            #expect(Set(receiver.got.map(\.id)).count == 4)
        }
    }

    @Test func `the signature is HMAC-SHA256 over id, time and body`() throws {
        // Made with openssl: printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0000…
        let secret = try #require(WebhookSecret(parsing: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
        #expect(
            secret.signature(id: "msg_1", seconds: 1_700_000_000, body: Array("{}".utf8))
                == "v1,LzeNxZHo3O8fwpFJpLh/0B99ugILNFJw+/9lTgx0APs=")
        #expect(WebhookSecret(parsing: "whsec_AAAA") == nil)
        #expect(WebhookSecret(parsing: "AAAA") == nil)
    }

    @Test func `only what it wants comes, and test alerts`() async throws {
        try await Office.with { office in
            let receiver = Receiver(on: office.server.loop)
            try await office.add(try await receiver.listen(), severity: .critical, modules: ["content"])
            try await office.alerts(1...150)
            _ = try await office.calls.call(
                "sentinel_raise", ["rule", "malicious_content", "subject", "user:bad", "event", "900-1", "at", 900])
            let number = try await office.calls.testAlert(.low, by: "admin:test")
            let webhook = try await office.state { $0.state.number == number && $0.state.delivered == 2 }
            #expect(try Self.subjects(receiver) == ["user:bad", "test:sentinel"])
            #expect(webhook.state.lost == 0)
        }
    }

    @Test func `while the receiver is away alerts wait, and none is lost`() async throws {
        try await Office.with { office in
            // Nobody listens there: the port was taken and is free again.
            let loop = try EventLoop(name: "away")
            let url = try await Receiver(on: loop).listen()
            await loop.stop()
            let port = try #require(UInt16(url.dropFirst("http://127.0.0.1:".count).prefix { $0 != "/" }))
            try await office.add(url)
            try await office.alerts(1...3)
            let failing = try await office.state { $0.state.failingSince != nil }
            #expect(failing.state.error?.contains("refused") == true)
            #expect(failing.waiting == 3)
            let receiver = Receiver(
                on: office.server.loop, answering: [.serviceUnavailable, .tooManyRequests, .requestTimeout])
            _ = try await receiver.listen(port: port)
            let webhook = try await office.state { $0.state.delivered == 3 }
            #expect(try Self.subjects(receiver) == ["user:1", "user:1", "user:1", "user:1", "user:2", "user:3"])
            #expect(webhook.state.failingSince == nil)
            #expect(webhook.state.error == nil)
            #expect(webhook.state.dead == 0)
        }
    }

    @Test func `what is refused again and again becomes a dead letter, and can be sent once more`() async throws {
        try await Office.with { office in
            let receiver = Receiver(
                on: office.server.loop, answering: [.notFound, .notFound, .notFound, .badRequest])
            try await office.add(try await receiver.listen())
            try await office.alerts(1...3)
            _ = try await office.state { $0.state.delivered == 1 && $0.waiting == 0 }
            // Three tries for the first; one for the second, for the receiver refuses; the third is taken.
            #expect(try Self.subjects(receiver) == ["user:1", "user:1", "user:1", "user:2", "user:3"])
            let letters = try await office.calls.deadLetters(limit: 10)
            #expect(letters.map(\.alert?.subject) == ["user:2", "user:1"])
            #expect(letters.map(\.error) == ["it answered 400", "it answered 404"])
            let ids = letters.map(\.id)
            #expect(try await office.calls.resend(ids + ids, by: "admin:test", note: nil) == (2, 0))
            let webhook = try await office.state { $0.state.delivered == 3 }
            #expect(try Self.subjects(receiver).suffix(2) == ["user:2", "user:1"])
            #expect(webhook.state.dead == 2)
            #expect(try await office.calls.deadLetters(limit: 10).isEmpty)
            #expect(receiver.got[0].id == receiver.got[6].id)
        }
    }

    @Test func `one courier does it, and another goes on where it stopped`() async throws {
        try await Office.with(couriers: 3) { office in
            let receiver = Receiver(on: office.server.loop)
            try await office.add(try await receiver.listen())
            try await office.alerts(1...20)
            _ = try await office.state { $0.state.delivered == 20 }
            // Whoever has the lease loses it, as if it were dead.
            _ = try await office.calls.client.call("DEL", "sentinel:{0}:lease:webhooks")
            try await office.alerts(21...40)
            _ = try await office.state { $0.waiting == 0 }
            var seen: [String] = []
            for subject in try Self.subjects(receiver) where !seen.contains(subject) { seen.append(subject) }
            #expect(seen == (1...40).map { "user:\($0)" })
            // Twice comes only what was under way when the lease changed hands.
            #expect(receiver.got.count <= 43)
        }
    }

    @Test func `what the log no longer holds is counted as lost`() async throws {
        try await Office.with(couriers: 0) { office in
            let receiver = Receiver(on: office.server.loop)
            try await office.add(try await receiver.listen())
            try await office.alerts(1...10)
            _ = try await office.calls.client.call("XTRIM", office.calls.keys.alertsLog, "MAXLEN", 3)
            let courier = office.courier("late")
            let webhook = try await office.state { $0.state.delivered == 3 }
            #expect(webhook.state.lost == 7)
            courier.cancel()
            await courier.value
        }
    }

    @Test func `a webhook that is taken away gets nothing more`() async throws {
        try await Office.with { office in
            let receiver = Receiver(on: office.server.loop)
            let made = try await office.add(try await receiver.listen())
            try await office.alerts(1...1)
            _ = try await office.state { $0.state.delivered == 1 }
            #expect(try await office.calls.removeWebhook(made.id, by: "admin:test", note: nil))
            let other = Receiver(on: office.server.loop)
            try await office.add(try await other.listen())
            try await office.alerts(2...2)
            _ = try await office.state { $0.state.delivered == 1 }
            #expect(receiver.got.count == 1)
            #expect(try Self.subjects(other) == ["user:2"])
        }
    }
}
