import SentinelRedis
import TestSupport
import Testing

/// Errors as a real server sends them.
struct RedisErrorReplyTests {
    private func code(of body: () async throws -> RedisReply) async -> RedisError.Code? {
        await #expect(throws: RedisError.self) { try await body() }?.code
    }

    @Test func `a replica refuses writes as read-only`() async throws {
        // A replica of a master that is not there is one all the same.
        try await withRedisServer(["--replicaof", "127.0.0.1 1"]) { server in
            let client = server.client()
            #expect(await code { try await client.call("SET", "a", 1) } == .readOnly)
        }
    }

    @Test func `a server over its memory limit refuses writes as out of memory`() async throws {
        try await withRedisServer(["--maxmemory", "1", "--maxmemory-policy", "noeviction"]) { server in
            let client = server.client()
            #expect(await code { try await client.call("SET", "a", 1) } == .outOfMemory)
        }
    }

    @Test func `functions and scripts that are not loaded have codes of their own`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            #expect(await code { try await client.call("FCALL", "none", 0) } == .noFunction)
            let hash = String(repeating: "a", count: 40)
            #expect(await code { try await client.call("EVALSHA", hash, 0) } == .noScript)
        }
    }

    @Test func `a user without the right is refused as not permitted`() async throws {
        try await withRedisServer { server in
            try await _ = server.client().call("ACL", "SETUSER", "weak", "on", ">pw", "+ping")
            var configuration = server.configuration
            configuration.address = RedisAddress(
                endpoint: server.address.endpoint,
                username: "weak",
                password: "pw"
            )
            configuration.clientName = "not-permitted-either"
            let client = RedisClient(configuration, on: server.loop)
            #expect(try await client.call("PING").string == "PONG")
            #expect(await code { try await client.call("GET", "a") } == .noPermission)
        }
    }

    @Test func `a server busy with a script says so, and the retry outlives it`() async throws {
        try await withRedisServer(["--busy-reply-threshold", "10"]) { server in
            let looping = server.client()
            let client = server.client()
            try await _ = client.call("PING")
            let endless = Task { try await looping.call("EVAL", "while true do end", 0, timeout: .seconds(60)) }
            var ping = RedisPipeline()
            ping.append("PING")
            // Busy only from the threshold on: until then the server is silent, or has not begun.
            var reply = try await client.send(ping)[0]
            while reply == .status(Array("PONG".utf8)) { reply = try await client.send(ping)[0] }
            guard case .error(let error) = reply else { return #expect(Bool(false), "\(reply)") }
            #expect(error.code == .busy && error.isRetriable)
            let retried = Task { try await client.send(ping, retrying: RedisRetry(tries: 50)) }
            let killed = try await client.call("SCRIPT", "KILL")
            #expect(try killed.string == "OK")
            #expect(try await retried.value == [.status(Array("PONG".utf8))])
            await #expect(throws: RedisError.self) { try await endless.value }
        }
    }

    @Test func `a server that loads its data says so, and the retry outlives it`() async throws {
        let options = ["--enable-debug-command", "yes", "--loading-process-events-interval-bytes", "1024"]
        try await withRedisServer(options) { server in
            let client = server.client()
            var fill = RedisPipeline()
            for number in 0..<300 { fill.append("SET", "key\(number)", [UInt8](repeating: 1, count: 100)) }
            try await _ = client.send(fill)
            try await _ = client.call("SAVE")
            // Loads the file again, 300 keys at 2 ms each.
            try await _ = client.call("CONFIG", "SET", "key-load-delay", 2000)
            let loading = Task { try await client.call("DEBUG", "RELOAD", "NOSAVE", timeout: .seconds(60)) }
            let other = server.client()
            var get = RedisPipeline()
            get.append("DBSIZE")
            var reply = try await other.send(get)[0]
            while reply == .integer(300) { reply = try await other.send(get)[0] }
            guard case .error(let error) = reply else { return #expect(Bool(false), "\(reply)") }
            #expect(error.code == .loading && error.isRetriable)
            let retry = RedisRetry(tries: 1000, backoff: Backoff(initial: .milliseconds(10), limit: .milliseconds(50)))
            #expect(try await other.send(get, retrying: retry) == [.integer(300)])
            try await _ = loading.value
        }
    }
}
