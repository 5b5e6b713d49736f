import SentinelCore
import SentinelRedis
import Synchronization
import TestSupport
import Testing

@testable import SentinelEngine

@Suite(.timeLimit(.minutes(1)))
struct AlertFeedTests {
    /// Publishes alerts by hand, in the form of `lua/incidents.lua`.
    private struct Publisher {
        let calls: Calls

        func publish(_ number: Int64, inLog: Bool = true, onChannel: Bool = true) async throws {
            let text = #"{"seq":\#(number),"at":\#(number),"rule":"r","subject":"user:x","severity":3}"#
            let replies = try await calls.send { pipeline in
                if inLog { pipeline.append("XADD", calls.keys.alertsLog, "*", "seq", number, "alert", text) }
                if onChannel { pipeline.append("PUBLISH", calls.keys.alerts, text) }
            }
            for reply in replies { _ = try reply.orThrow() }
        }
    }

    /// What a feed handed out so far.
    private final class Items: Sendable {
        private let texts = Mutex<[String]>([])

        var all: [String] { texts.withLock { $0 } }

        /// Adds one and says how many there are.
        func add(_ text: String) -> Int {
            texts.withLock { texts in
                texts.append(text)
                return texts.count
            }
        }

        func wait(for count: Int) async throws {
            try await AlertFeedTests.eventually { all.count >= count }
        }
    }

    /// Runs a feed until it handed out so many items, and says what they were. The body begins when the feed listens.
    private func items(
        _ count: Int, from start: AlertFeed.Start, on server: RedisServer,
        onBegin: (Publisher) async throws -> Void = { _ in },
        _ body: (Publisher, Items) async throws -> Void
    ) async throws -> [String] {
        let calls = Calls(client: server.client(), keys: Keys())
        try await onBegin(Publisher(calls: calls))
        let subscriber = server.subscriber()
        let items = Items()
        let reader = Task {
            var feed = AlertFeed(calls: calls, subscriber: subscriber)
            try await feed.run(from: start) { items.add(Self.text($0)) < count }
        }
        try await AlertFeedTests.eventually {
            let isListening = try await calls.client.call("PUBSUB", "NUMSUB", calls.keys.alerts).array[1] == .integer(1)
            return isListening || items.all.count >= count
        }
        try await body(Publisher(calls: calls), items)
        try await items.wait(for: count)
        try await reader.value
        await subscriber.close()
        await calls.client.close()
        return items.all
    }

    private struct NeverHappened: Error {}

    /// Asks again and again until the answer is yes; fails after a minute.
    private static func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw NeverHappened() }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private static func text(_ item: AlertFeed.Item) -> String {
        if case .alert(let alert) = item { "\(alert.number)" } else { "\(item)" }
    }

    @Test func `an alert can be about any module that a rule can have`() {
        #expect(Set(Rule.Module.allCases.map(\.rawValue)).isSubset(of: Alert.Module.allCases.map(\.rawValue)))
    }

    @Test func `what the channel left out is taken from the log`() async throws {
        try await withRedisServer { server in
            let items = try await items(4, from: .now, on: server) { publisher, _ in
                try await publisher.publish(1)
                try await publisher.publish(2, onChannel: false)
                try await publisher.publish(3, onChannel: false)
                try await publisher.publish(4)
            }
            #expect(items == ["1", "2", "3", "4"])
        }
    }

    @Test func `what the log does not hold any more is counted`() async throws {
        try await withRedisServer { server in
            let items = try await items(3, from: .now, on: server) { publisher, _ in
                try await publisher.publish(1)
                try await publisher.publish(4, inLog: false)
            }
            #expect(items == ["1", "lost(2)", "4"])
        }
    }

    @Test func `nothing is handed out twice`() async throws {
        try await withRedisServer { server in
            let items = try await items(3, from: .now, on: server) { publisher, _ in
                try await publisher.publish(1)
                try await publisher.publish(1, inLog: false)
                try await publisher.publish(2)
                try await publisher.publish(2)
                try await publisher.publish(3)
            }
            #expect(items == ["1", "2", "3"])
        }
    }

    @Test func `numbers that begin anew are followed`() async throws {
        try await withRedisServer { server in
            let items = try await items(5, from: .now, on: server) { publisher, items in
                try await publisher.publish(7)
                try await publisher.publish(8)
                try await items.wait(for: 2)
                _ = try await publisher.calls.client.call("DEL", publisher.calls.keys.alertsLog)
                try await publisher.publish(1)
                try await publisher.publish(2)
            }
            #expect(items == ["7", "8", "renumbered", "1", "2"])
        }
    }

    @Test func `a long log is read page by page, from a number on`() async throws {
        try await withRedisServer { server in
            let items = try await items(
                301, from: .number(50), on: server,
                onBegin: { publisher in
                    for number in 1...350 { try await publisher.publish(Int64(number), onChannel: false) }
                }, { _, _ in })
            #expect(items == (50...350).map(String.init))
        }
    }

    @Test(arguments: [
        "", "{}", "[1]", #"{"seq":0,"at":1}"#, #"{"seq":-9223372036854775808,"at":1}"#,
        #"{"seq":9223372036854775807,"at":1}"#, #"{"seq":"1","at":1}"#, #"{"seq":1}"#,
    ])
    func `what is no alert is told apart and harms nothing`(payload: String) async throws {
        try await withRedisServer { server in
            let items = try await items(3, from: .now, on: server) { publisher, _ in
                try await publisher.publish(1)
                _ = try await publisher.calls.client.call("PUBLISH", publisher.calls.keys.alerts, payload)
                try await publisher.publish(2)
            }
            // A number far ahead sends the feed to the log, where the next alert may stand already.
            #expect(items.filter { $0 != "foreign" } == ["1", "2"])
            #expect(items.count { $0 == "foreign" } == 1)
        }
    }

    @Test func `cancelling ends the feed`() async throws {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            let subscriber = server.subscriber()
            let reader = Task {
                var feed = AlertFeed(calls: calls, subscriber: subscriber)
                try await feed.run(from: .now) { _ in true }
            }
            reader.cancel()
            await #expect(throws: (any Error).self) { try await reader.value }
            await subscriber.close()
            await calls.client.close()
        }
    }
}
