import Foundation
import Glibc
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

/// A recording that went through the whole system: a real Redis, `sentinel run`, and `sentinel replay --live`.
struct ReplayedRecording {
    /// What `replay -o json` says.
    struct Summary: Decodable {
        struct Label: Decodable {
            var label: String
            var total: Int
            var found: Int
            var blocked: Int
            var missed: [String]
        }

        struct Others: Decodable {
            var total: Int
            var flagged: Int
            var blocked: Int
        }

        struct Hits: Decodable {
            var offenders: Int
            var honest: Int
        }

        var events: Int
        var limited: Int
        var blocked: Int
        var blockedSubjects: Int
        var labels: [Label]
        var honest: Others
        var rules: [String: Hits]

        subscript(label: String) -> Label? { labels.first { $0.label == label } }
    }

    var summary: Summary
    /// Public block keys that stand after the replay, without namespace: `user:ada`.
    var blockKeys: Set<String>
    /// `subject rule` of all incidents that stand after the replay.
    var incidents: Set<String>

    /// - Parameter arguments: Of `sentinel replay`.
    init(_ arguments: [String]) async throws {
        self = try await withRedisServer { server in
            let log = "\(server.directory.path)/run.log"
            let daemon = try await ChildProcess.start(
                [Subprocess.sentinel, "run", "--redis", Self.url(server)], output: log, on: server.loop)
            let client = server.client()
            let result: Result<ReplayedRecording, any Error>
            do {
                // Who has the lease has loaded the library before.
                while try await client.call("EXISTS", "sentinel:{0}:lease").int == 0 {
                    try await Task.sleep(for: .milliseconds(5))
                }
                result = .success(try await Self.replay(arguments, server, client))
            } catch {
                result = .failure(error)
            }
            await client.close()
            daemon.send(SIGTERM)
            await daemon.waitForEnd()
            return try result.get()
        }
    }

    private static func url(_ server: RedisServer) -> String { "unix://\(server.socket)" }

    private static func replay(
        _ arguments: [String], _ server: RedisServer, _ client: RedisClient
    ) async throws -> ReplayedRecording {
        let replay = try await run(["replay", "--live", "--redis", url(server), "-o", "json"] + arguments)
        try #require(replay.code == 0, "\(replay.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return ReplayedRecording(
            summary: try decoder.decode(Summary.self, from: Data(replay.output.utf8)),
            blockKeys: try await blockKeys(client), incidents: try await incidents(client))
    }

    private init(summary: Summary, blockKeys: Set<String>, incidents: Set<String>) {
        self.summary = summary
        self.blockKeys = blockKeys
        self.incidents = incidents
    }

    /// Waits on a thread of its own: those of the pool are few.
    private static func run(_ arguments: [String]) async throws -> Subprocess {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try Subprocess.run(Subprocess.sentinel, arguments) })
            }
        }
    }

    private static func blockKeys(_ client: RedisClient) async throws -> Set<String> {
        let prefix = "sentinel:block:"
        let keys = try await client.call("KEYS", prefix + "*").array.map { try $0.string }
        return Set(keys.map { String($0.dropFirst(prefix.count)) })
    }

    private static func incidents(_ client: RedisClient) async throws -> Set<String> {
        var incidents: Set<String> = []
        for id in try await client.call("ZRANGE", "sentinel:{0}:incidents", 0, -1).array.map({ try $0.string }) {
            let fields = try await client.call("HMGET", "sentinel:{0}:incident:\(id)", "subject", "rule").array
            incidents.insert("\(try fields[0].string) \(try fields[1].string)")
        }
        return incidents
    }
}
