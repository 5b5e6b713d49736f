import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import sentinel

/// `watch` over the API misses nothing, as over Redis.
@Suite(.timeLimit(.minutes(2)))
struct WatchOverHTTPTests {
    private static func serve(_ sentinel: Installation, at address: String) async throws -> APIServer {
        try await APIServer.start(
            at: try ListenAddress(parsing: address), redis: sentinel.server.configuration,
            keys: sentinel.calls.keys, policy: .standard, journal: .silent)
    }

    private static func waitForFollower(_ sentinel: Installation, of api: APIServer) async throws {
        let client = HTTPClient(on: sentinel.server.loop)
        try await eventually("a follower") {
            let answer = try await client.send(.init("GET", "/metrics"), to: api.endpoint)
            return String(decoding: answer.body, as: UTF8.self).contains("sentinel_alert_followers 1\n")
        }
    }

    private static func numbers(_ result: Subprocess) throws -> [Int64?] {
        try result.jsonLines.map { $0["seq"]?.integer }
    }

    @Test func `alerts come as they are raised, in the same words`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            try await sentinel.raise("duplicate_content", "user:a", event: 1_770_091_506_000, description: "same\ntext")
            try await sentinel.raise("malicious_content", "user:\u{202E}b", evidence: #"{"n":[1,2]}"#)
            try await sentinel.raise("duplicate_content", "user:c", event: 3)
            for words in [
                "--since 1 --limit 3", "--since 2 --limit 2", "--since 1h --limit 3 -o raw", "--since 1 -l 3 -o json",
                "--since 1 --severity critical -l 1", "--since 1 --subject user:c -l 1 -o json",
                "--since 1 --module spam --module content -l 3 -o json", "--since 1 --rule malicious_content -l 1",
            ] {
                let line = ["watch"] + words.split(separator: " ").map(String.init)
                let direct = try await sentinel.wait(line)
                let remote = try await sentinel.wait(line + ["--api", url])
                #expect(remote.output == direct.output, "\(words)")
                #expect(remote.code == direct.code, "\(remote.errors)")
            }
        }
    }

    @Test func `who begins with a number that there is not yet begins with the next`() async throws {
        try await withInstallation { sentinel in
            let api = try await Self.serve(sentinel, at: "127.0.0.1:0")
            try await sentinel.raise("duplicate_content", "user:1")
            let watch = sentinel.start("watch", "--since", "50", "-o", "json", "--limit", "1", "--api", api.url)
            try await Self.waitForFollower(sentinel, of: api)
            // He comes anew once he knows; a program that is run in between gives him the time.
            for number in 2...30 {
                try await sentinel.raise("duplicate_content", "user:\(number)", event: number)
                _ = try await sentinel.wait(["version"])
            }
            let result = try await watch.value
            let numbers = try Self.numbers(result)
            #expect(numbers.count == 1)
            #expect(numbers.first != 1, "\(result.errors)")
            #expect(result.errors.isEmpty)
            await api.stop()
        }
    }

    @Test func `what is raised while the daemon is away follows when it is back`() async throws {
        try await withInstallation { sentinel in
            let address = "unix:" + sentinel.server.directory.path + "/api.sock"
            var api = try await Self.serve(sentinel, at: address)
            let watch = sentinel.start("watch", "-o", "json", "--limit", "3", "--api", address)
            try await Self.waitForFollower(sentinel, of: api)
            await api.stop()
            for number in 1...2 { try await sentinel.raise("duplicate_content", "user:\(number)", event: number) }
            api = try await Self.serve(sentinel, at: address)
            try await Self.waitForFollower(sentinel, of: api)
            try await sentinel.raise("duplicate_content", "user:3", event: 3)
            let result = try await watch.value
            #expect(try Self.numbers(result) == [1, 2, 3], "\(result.errors)")
            #expect(result.errors.contains("connected again"))
            await api.stop()
        }
    }

    @Test func `who missed more than comes at once gets all of it, piece by piece`() async throws {
        try await OverHTTPTests.withAPI { sentinel, url in
            let evidence = "{\"x\":\"" + String(repeating: "x", count: 15_000) + "\"}"
            for number in 1...40 {
                try await sentinel.raise("duplicate_content", "user:\(number)", event: number, evidence: evidence)
            }
            let result = try await sentinel.wait(["watch", "--since", "1", "-l", "40", "-o", "json", "--api", url])
            #expect(try Self.numbers(result) == (1...40).map { $0 })
            #expect(result.errors.isEmpty)
        }
    }

    @Test func `an API that is not there, or lets nobody in, ends it`() async throws {
        #expect(try Subprocess.sentinel("watch", "--api", "http://127.0.0.1:1").code == 5)
        try await OverHTTPTests.withAPI { sentinel, url in
            _ = try await sentinel.calls.addToken(.client, name: "x", for: nil, by: "admin:x", note: nil)
            try await eventually("the door to close") {
                try await sentinel.wait(["incident", "ls", "--api", url]).code == 1
            }
            let refused = try await sentinel.wait(["watch", "--api", url, "-l", "1"])
            #expect(refused.code == 1)
            #expect(refused.errors.contains("a token is needed"))
        }
    }
}
