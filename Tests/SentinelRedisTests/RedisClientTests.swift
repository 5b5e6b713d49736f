import SentinelIO
import SentinelRedis
import TestSupport
import Testing

/// Against a real server.
struct RedisClientTests {
    @Test func `commands of one pipeline are answered in order, errors in their place`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            var pipeline = RedisPipeline()
            pipeline.append("SET", "n", 5)
            pipeline.append("LPUSH", "n", "x")
            pipeline.append("INCRBY", "n", Int64(2))
            pipeline.append("LRANGE", "none", 0, -1)
            pipeline.append("GET", "none")
            pipeline.append("EVAL", "return {1, {'a', {}}, false}", 0)
            let replies = try await client.send(pipeline)
            #expect(replies.count == 6)
            #expect(replies[0] == .status(Array("OK".utf8)))
            guard case .error(let error) = replies[1] else { return #expect(Bool(false), "\(replies[1])") }
            #expect(error.code == .wrongType)
            #expect(error.description.contains(server.socket))
            #expect(replies[2] == .integer(7))
            #expect(replies[3] == .array([]))
            #expect(replies[4] == .null)
            #expect(replies[5] == .array([.integer(1), .array([.bulk([97]), .array([])]), .null]))
            #expect(try await client.send(RedisPipeline()).isEmpty)
        }
    }

    @Test func `what is begun comes before what is sent later, and its replies wait to be asked for`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            try await Task(executorPreference: client.loop) {
                for round in 1...100 {
                    var pipeline = RedisPipeline()
                    pipeline.append("SET", "n", round)
                    pipeline.append("LPUSH", "n", "x")
                    let begun = await client.begin(pipeline)
                    #expect(try await client.call("INCR", "n").int == Int64(round) + 1)
                    let replies = try await begun.all()
                    #expect(replies[0] == .status(Array("OK".utf8)) && replies.count == 2)
                    #expect(try await begun.all() == replies)
                }
                #expect(try await client.begin(RedisPipeline()).all().isEmpty)
                await client.close()
                var pipeline = RedisPipeline()
                pipeline.append("PING")
                let late = await client.begin(pipeline)
                await #expect { try await late.all() } throws: { ($0 as? RedisError)?.code == .closed }
            }.value
        }
    }

    @Test func `arguments may hold any bytes`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            let million = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            for bytes in [[], [0], Array("\r\n$5\r\n*1\r\n".utf8), Array("é\0{}:".utf8), million] {
                try await _ = client.call("SET", "binary", bytes)
                #expect(try await client.call("GET", "binary").bytes == bytes)
            }
            #expect(try await client.call("ECHO", "").bytes == [])
            #expect(try await client.call("ECHO", 0.1 + 0.2).string == "0.30000000000000004")
        }
    }

    @Test func `a bulk of 16 MiB comes whole`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            try await _ = client.call("SETRANGE", "huge", 16 * 1024 * 1024 - 1, "x")
            let bytes = try await client.call("GET", "huge").bytes
            #expect(bytes.count == 16 * 1024 * 1024)
            #expect(bytes.last == UInt8(ascii: "x"))
            #expect(try await client.call("PING").string == "PONG")
        }
    }

    @Test func `ten thousand calls at once each get their own reply`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            let wrong = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask { try await client.call("ECHO", number).int != Int64(number) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wrong == 0)
        }
    }

    @Test func `the greeting logs in, selects the database and sets the name`() async throws {
        try await withRedisServer(["--requirepass", "secret"]) { server in
            var configuration = server.configuration
            configuration.address = RedisAddress(endpoint: server.address.endpoint, password: "secret", database: 3)
            configuration.clientName = "tester"
            let client = RedisClient(configuration, on: server.loop)
            let info = try await client.call("CLIENT", "INFO").string
            #expect(info.contains(" name=tester ") && info.contains(" db=3 "))
        }
    }

    @Test func `a wrong password fails at once and says so`() async throws {
        try await withRedisServer(["--requirepass", "secret"]) { server in
            var configuration = server.configuration
            configuration.address = RedisAddress(endpoint: server.address.endpoint, password: "wrong")
            let client = RedisClient(configuration, on: server.loop)
            let error = await #expect(throws: RedisError.self) { try await client.call("PING", timeout: .seconds(60)) }
            #expect(error?.code == .noAuth)
            let none = await #expect(throws: RedisError.self) { try await server.client().call("PING") }
            #expect(none?.code == .noAuth)
        }
    }

    @Test func `a database that does not exist fails at once`() async throws {
        try await withRedisServer { server in
            var configuration = server.configuration
            configuration.address = RedisAddress(endpoint: server.address.endpoint, database: 99)
            let client = RedisClient(configuration, on: server.loop)
            let error = await #expect(throws: RedisError.self) { try await client.call("PING", timeout: .seconds(60)) }
            #expect(error?.code == .server("ERR"))
        }
    }

    @Test func `after kill -9 and a restart the same client works again`() async throws {
        try await withRedisServer(["--appendonly", "yes", "--appendfsync", "always"]) { server in
            let client = server.client()
            try await _ = client.call("SET", "kept", "yes")
            await server.kill9()
            let waiting = Task { try await client.call("GET", "kept", timeout: .seconds(20)) }
            try await server.start()
            var get = RedisPipeline()
            get.append("GET", "kept")
            #expect(try await client.send(get, retrying: RedisRetry()).first?.string == "yes")
            // Sent before the crash was noticed, it is lost; after, it waited, at most too short for the loading.
            switch await waiting.result {
            case .success(let reply): #expect(try reply.string == "yes")
            case .failure(let error): #expect([.connectionLost, .loading].contains((error as? RedisError)?.code))
            }
        }
    }

    @Test func `a request under way when the server dies fails, its outcome unknown`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            let other = server.client()
            let blocked = Task { try await client.call("BLPOP", "empty", 0, timeout: .seconds(60)) }
            while try await !other.call("CLIENT", "LIST").string.contains("cmd=blpop") { await Task.yield() }
            await server.kill9()
            let error = await #expect(throws: RedisError.self) { try await blocked.value }
            #expect(error?.code == .connectionLost)
            #expect(error?.message.contains("may have been executed") == true)
        }
    }

    @Test func `a server that is stopped is noticed by the timeout, and used again when it goes on`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            try await _ = client.call("PING")
            server.pause()
            let error = await #expect(throws: RedisError.self) {
                try await client.call("PING", timeout: .milliseconds(50))
            }
            #expect(error?.code == .timeout)
            #expect(error?.description.contains(server.socket) == true)
            server.resume()
            #expect(try await client.call("ECHO", "again").string == "again")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a call that is cancelled at any moment returns at once`() async throws {
        try await withRedisServer { server in
            var configuration = server.configuration
            configuration.requestTimeout = .seconds(3600)
            let client = RedisClient(configuration, on: server.loop)
            _ = try await client.call("PING")
            server.pause()
            defer { server.resume() }
            for round in 0..<2_000 {
                let call = Task.detached { try? await client.call("PING") }
                for _ in 0..<round % 50 { await Task.yield() }
                call.cancel()
                #expect(await call.value == nil)
            }
            await client.close()
        }
    }

    @Test func `a cancelled call returns at once, and the next reply is not taken for its own`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            let other = server.client()
            let blocked = Task { try await client.call("BLPOP", "list", 0, timeout: .seconds(60)) }
            while try await !other.call("CLIENT", "LIST").string.contains("cmd=blpop") { await Task.yield() }
            let behind = Task { try await client.call("ECHO", "mine") }
            blocked.cancel()
            let error = await #expect(throws: RedisError.self) { try await blocked.value }
            #expect(error?.code == .cancelled)
            try await _ = other.call("LPUSH", "list", "x")
            #expect(try await behind.value.string == "mine")
        }
    }

    @Test func `a closed client refuses, and so does one whose loop has stopped`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            try await _ = client.call("PING")
            await client.close()
            let closed = await #expect(throws: RedisError.self) { try await client.call("PING") }
            #expect(closed?.code == .closed)

            let other = server.client()
            try await _ = other.call("PING")
            await server.loop.stop()
            let stopped = await #expect(throws: RedisError.self) { try await other.call("PING") }
            #expect(stopped?.code == .closed)
        }
    }
}
