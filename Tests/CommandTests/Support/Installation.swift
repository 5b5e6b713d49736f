import Foundation
import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport

/// A private Redis with the function library, and the built program talking to it.
struct Installation {
    let server: RedisServer
    let calls: Calls

    /// Runs `sentinel` against it and waits for its end.
    func sentinel(_ arguments: String..., environment: [String: String] = [:]) throws -> Subprocess {
        try run(arguments, environment)
    }

    /// Runs `sentinel` on a thread of its own, so that the test goes on meanwhile; for half a minute at most.
    func start(_ arguments: String...) -> Task<Subprocess, any Error> {
        Task {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(
                        with: Result {
                            try Subprocess.run(
                                "timeout", ["30", Subprocess.sentinel] + arguments,
                                environment: ["SENTINEL_REDIS": server.address.description])
                        })
                }
            }
        }
    }

    func run(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Subprocess {
        var variables = ["SENTINEL_REDIS": server.address.description, "USER": "tester"]
        variables.merge(environment) { $1 }
        return try Subprocess.run(Subprocess.sentinel, arguments, environment: variables)
    }

    /// Raises an incident, as the coordinator does. The number makes its log position and its time.
    @discardableResult
    func raise(
        _ rule: String, _ subject: String, event: Int = 1, description: String = "seen", evidence: String = "{}"
    ) async throws -> [String: RedisReply] {
        try await calls.call("sentinel_raise", Self.flag(rule, subject, event, description, evidence))
    }

    static func flag(
        _ rule: String, _ subject: String, _ event: Int, _ description: String = "seen", _ evidence: String = "{}"
    ) -> [any RedisArgument] {
        [
            "rule", rule, "subject", subject, "event", "\(event)-1", "at", event, "description", description,
            "evidence", evidence,
        ]
    }

    /// Waits until so many clients listen to alerts.
    func waitForSubscribers(_ count: Int64) async throws {
        try await eventually("\(count) subscribers") {
            try await calls.client.call("PUBSUB", "NUMSUB", calls.keys.alerts).array[1].int == count
        }
    }
}

/// Runs the body with an installation of its own.
/// - Parameter keepsData: whether what Redis holds survives a restart.
func withInstallation<Result>(
    keepsData: Bool = false, _ body: (Installation) async throws -> Result
) async throws -> Result {
    let start = { (server: RedisServer) async throws -> Result in
        let calls = Calls(client: server.client(), keys: Keys())
        _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(.standard)
        let result = try await body(Installation(server: server, calls: calls))
        await calls.client.close()
        return result
    }
    return try await withRedisServer(keepsData ? ["--appendonly", "yes"] : [], body: start)
}

struct NeverHappened: Error {
    let what: String
}

/// Asks again and again until the answer is yes; fails after a minute and a half: on a crowded machine a program
/// may have to wait for others that block.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(90)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension Subprocess {
    /// The output as JSON.
    var json: JSONValue {
        get throws { try JSONReader.read(Array(output.utf8)) }
    }

    /// The output as JSON lines.
    var jsonLines: [JSONValue] {
        get throws { try output.split(separator: "\n").map { try JSONReader.read(Array($0.utf8)) } }
    }
}

extension JSONValue {
    var array: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }

    var names: [String] {
        if case .object(let members) = self { members.map(\.name) } else { [] }
    }
}
