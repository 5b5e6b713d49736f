import SentinelIO
import SentinelRedis
import TestSupport
import Testing

/// What a real server does not do, or not when it should: a peer that follows a script.
struct RedisClientFailureTests {
    private func withPeer(
        _ scripts: [[FakePeer.Step]],
        changing change: (inout RedisConfiguration) -> Void = { _ in },
        body: (FakePeer, RedisClient) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "peer")
        let peer = FakePeer(on: loop, scripts: scripts)
        var configuration = RedisConfiguration(address: RedisAddress(endpoint: peer.endpoint))
        configuration.backoff = Backoff(initial: .milliseconds(1), limit: .milliseconds(5))
        change(&configuration)
        let client = RedisClient(configuration, on: loop)
        do {
            try await body(peer, client)
            await loop.stop()
        } catch {
            await loop.stop()
            throw error
        }
    }

    private let ping = Array("*1\r\n$4\r\nPING\r\n".utf8)
    private func send(_ text: String) -> FakePeer.Step { .send(Array(text.utf8)) }

    @Test func `a reply that comes in halves is one`() async throws {
        let script: [FakePeer.Step] = [
            .read(ping.count), send("$5\r\nhe"), .pause(.milliseconds(2)), send("llo\r"), .pause(.milliseconds(2)),
            send("\n"),
        ]
        try await withPeer([script]) { peer, client in
            try await peer.start()
            #expect(try await client.call("PING").string == "hello")
            #expect(await peer.received(on: 0) == ping)
        }
    }

    @Test func `a reply that never comes is a timeout, what else was under way is lost, and a new connection is made`()
        async throws
    {
        try await withPeer([[.read(ping.count), send("$5\r\nhe")], [.read(ping.count), send("+new\r\n")]]) {
            peer, client in
            try await peer.start()
            let before = Task { try await client.call("PING", timeout: .seconds(60)) }
            await peer.waitForBytes()
            let late = await #expect(throws: RedisError.self) {
                try await client.call("PING", timeout: .milliseconds(20))
            }
            #expect(late?.code == .timeout)
            let lost = await #expect(throws: RedisError.self) { try await before.value }
            #expect(lost?.code == .connectionLost)
            #expect(try await client.call("PING").string == "new")
            #expect(await peer.connections == 2)
        }
    }

    @Test func `a reply nobody asked for ends the connection, and is not taken for the next one's`() async throws {
        try await withPeer([[.read(ping.count), send("+1\r\n+2\r\n")], [.read(ping.count), send("+3\r\n")]]) {
            peer, client in
            try await peer.start()
            #expect(try await client.call("PING").string == "1")
            #expect(try await client.call("PING").string == "3")
        }
    }

    @Test func `a peer that does not speak RESP is a protocol error that shows why`() async throws {
        try await withPeer([[.read(1), send("HTTP/1.1 400 Bad Request\r\n")]]) { peer, client in
            try await peer.start()
            let error = await #expect(throws: RedisError.self) { try await client.call("PING") }
            #expect(error?.code == .protocolError)
        }
    }

    @Test func `a connection that closes in the middle of a pipeline fails the whole of it`() async throws {
        try await withPeer([[.read(2 * ping.count), send("+1\r\n"), .close]]) { peer, client in
            try await peer.start()
            var pipeline = RedisPipeline()
            pipeline.append("PING")
            pipeline.append("PING")
            let error = await #expect(throws: RedisError.self) { try await client.send(pipeline) }
            #expect(error?.code == .connectionLost)
        }
    }

    @Test func `lost requests are sent again only when asked for, and no more often than asked`() async throws {
        let lose: [FakePeer.Step] = [.read(ping.count), .close]
        try await withPeer([lose, lose, lose, [.read(ping.count), send("+ok\r\n")]]) { peer, client in
            try await peer.start()
            var pipeline = RedisPipeline()
            pipeline.append("PING")
            let quick = Backoff(initial: .milliseconds(1), limit: .milliseconds(1))
            let error = await #expect(throws: RedisError.self) {
                try await client.send(pipeline, retrying: RedisRetry(tries: 2, backoff: quick))
            }
            #expect(error?.code == .connectionLost)
            let reply = try await client.send(pipeline, retrying: RedisRetry(tries: 2, backoff: quick))
            #expect(reply == [.status(Array("ok".utf8))])
            #expect(await peer.connections == 4)
        }
    }

    @Test func `without a server requests wait for their timeout, then say that it refuses`() async throws {
        try await withPeer([[]]) { peer, client in
            let error = await #expect(throws: RedisError.self) {
                try await client.call("PING", timeout: .milliseconds(30))
            }
            #expect(error?.code == .connectionRefused)
            #expect(error?.description.contains("\(peer.endpoint)") == true)
        }
    }

    @Test func `requests that wait are sent in order when the server comes`() async throws {
        let all = "*2\r\n$4\r\nECHO\r\n$1\r\n1\r\n*2\r\n$4\r\nECHO\r\n$1\r\n2\r\n"
        try await withPeer([[.read(all.utf8.count), send("+1\r\n+2\r\n")]]) { peer, client in
            let first = Task { try await client.call("ECHO", "1") }
            try await client.loop.sleep(for: .milliseconds(2))
            let second = Task { try await client.call("ECHO", "2") }
            try await client.loop.sleep(for: .milliseconds(2))
            try await peer.start()
            #expect(try await first.value.string == "1")
            #expect(try await second.value.string == "2")
            #expect(await peer.received(on: 0) == Array(all.utf8))
        }
    }

    @Test func `a full queue refuses at once`() async throws {
        try await withPeer([[]], changing: { $0.maxPendingRequests = 3 }) { _, client in
            let waiting = (0..<3).map { _ in Task { try await client.call("PING", timeout: .seconds(60)) } }
            var refusal: RedisError?
            while refusal == nil {
                do throws(RedisError) {
                    try await _ = client.call("PING", timeout: .milliseconds(1))
                } catch  where error.code == .queueFull {
                    refusal = error
                } catch {}
            }
            #expect(refusal?.message.contains("3 requests wait") == true)
            #expect(refusal?.isRetriable == false)
            await client.close()
            for task in waiting {
                let error = await #expect(throws: RedisError.self) { try await task.value }
                #expect(error?.code == .closed)
            }
        }
    }

    @Test func `bytes that wait are bounded too`() async throws {
        try await withPeer([[]], changing: { $0.maxWaitingBytes = 1000 }) { _, client in
            let large = Task {
                try await client.call("ECHO", [UInt8](repeating: 1, count: 2000), timeout: .seconds(60))
            }
            var code: RedisError.Code?
            while code != .queueFull {
                code = await #expect(throws: RedisError.self) {
                    try await client.call("PING", timeout: .milliseconds(1))
                }?.code
            }
            large.cancel()
            await #expect(throws: RedisError.self) { try await large.value }
        }
    }

    @Test func `a server that takes the connection but does not greet is a connect timeout`() async throws {
        func change(_ configuration: inout RedisConfiguration) {
            configuration.clientName = "x"
            configuration.connectTimeout = .milliseconds(20)
        }
        try await withPeer([[]], changing: change) { peer, client in
            try await peer.start()
            let error = await #expect(throws: RedisError.self) {
                try await client.call("PING", timeout: .milliseconds(100))
            }
            #expect(error?.code == .connectTimeout)
        }
    }

    @Test func `a task that is cancelled before it calls sends nothing`() async throws {
        try await withPeer([[]]) { peer, client in
            try await peer.start()
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.call("PING")
            }
            let error = await #expect(throws: RedisError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(await peer.connections == 0)
        }
    }

    @Test func `a client nobody holds closes its connection`() async throws {
        let loop = try EventLoop(name: "gone")
        let peer = FakePeer(on: loop, scripts: [[.read(ping.count), send("+1\r\n")]])
        try await peer.start()
        var client: RedisClient? = RedisClient(
            RedisConfiguration(address: RedisAddress(endpoint: peer.endpoint)),
            on: loop
        )
        try await _ = client?.call("PING")
        client = nil
        await peer.waitForEnd()
        await loop.stop()
    }
}
