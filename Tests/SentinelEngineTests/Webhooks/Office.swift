import SentinelCore
import SentinelIO
import SentinelRedis
import TestSupport

@testable import SentinelEngine

/// A real Redis with the library, and couriers in this process that wait for nothing long.
struct Office {
    let server: RedisServer
    let calls: Calls

    static func with(couriers: Int = 1, _ body: (Office) async throws -> Void) async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(.standard)
            let office = Office(server: server, calls: calls)
            let work = (0..<couriers).map { office.courier("courier\($0)") }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(office)) } catch { outcome = .failure(error) }
            for task in work {
                task.cancel()
                await task.value
            }
            await calls.client.close()
            try outcome.get()
        }
    }

    /// Starts a courier; it ends when the task is cancelled.
    func courier(_ owner: String) -> Task<Void, Never> {
        var configuration = Courier.Configuration(keys: Keys(), owner: owner)
        configuration.pause = .milliseconds(5)
        configuration.backoff = Backoff(initial: .milliseconds(2), limit: .milliseconds(10))
        configuration.tries = 3
        let courier = Courier(configuration, redis: server.configuration, on: server.loop, journal: .silent)
        return Task { await courier.run() }
    }

    @discardableResult
    func add(
        _ url: String, _ form: Webhook.Form = .json, severity: Rule.Severity = .low, modules: [String] = []
    ) async throws -> NewWebhook {
        try await calls.addWebhook(
            try WebhookAddress(parsing: url), form: form, name: "ops", severity: severity, modules: modules,
            by: "admin:test", note: nil)
    }

    /// Raises incidents that are alerts of severity high and of the module spam.
    func alerts(_ numbers: ClosedRange<Int>) async throws {
        for number in numbers {
            _ = try await calls.call(
                "sentinel_raise",
                ["rule", "duplicate_content", "subject", "user:\(number)", "event", "\(number)-1", "at", number])
        }
    }

    /// The state of the only webhook, once it is as wanted.
    func state(_ isWanted: (WebhookOverview) -> Bool) async throws -> WebhookOverview {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let all = try await calls.webhookOverview()
            if let webhook = all.first, isWanted(webhook) { return webhook }
            guard ContinuousClock.now < deadline else { throw NotSo(what: "\(all)") }
            try await server.loop.sleep(for: .milliseconds(2))
        }
    }

    struct NotSo: Error {
        let what: String
    }
}
