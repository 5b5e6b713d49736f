import SentinelIO
import SentinelRedis
import TestSupport
import Testing

struct RedisSubscriberTests {
    private func message(_ channel: String, _ text: String, pattern: String? = nil) -> RedisPush {
        .message(RedisMessage(channel: channel, pattern: pattern, payload: Array(text.utf8)))
    }

    @Test func `messages of channels and patterns arrive in order`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber()
            try await subscriber.subscribe(to: "a")
            try await subscriber.subscribe(toPattern: "b*")
            let client = server.client()
            var publish = RedisPipeline()
            publish.append("PUBLISH", "a", "1")
            publish.append("PUBLISH", "other", "x")
            publish.append("PUBLISH", "bee", "2\r\n\0")
            try await _ = client.send(publish)
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == message("a", "1"))
            #expect(await pushes.next() == message("bee", "2\r\n\0", pattern: "b*"))
        }
    }

    @Test func `after a restart of the server it is subscribed again and says that there is a gap`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber()
            for channel in ["a", "b", "c"] { try await subscriber.subscribe(to: channel) }
            let client = server.client()
            try await _ = client.call("PUBLISH", "a", "before")
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == message("a", "before"))
            await server.kill9()
            try await server.start()
            #expect(await pushes.next() == .reconnected)
            #expect(try await server.client().call("PUBLISH", "c", "after").int == 1)
            #expect(await pushes.next() == message("c", "after"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a reader that is cancelled at any moment sees the end`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber()
            try await subscriber.subscribe(to: "a")
            for round in 0..<20_000 {
                let reader = Task.detached { await subscriber.pushes.makeAsyncIterator().next() }
                for _ in 0..<round % 50 { await Task.yield() }
                reader.cancel()
                #expect(await reader.value == nil)
            }
        }
    }

    @Test func `a slow consumer is told how many messages were dropped`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber(bufferCount: 10)
            try await subscriber.subscribe(to: "a")
            let client = server.client()
            for number in 0..<25 { try await _ = client.call("PUBLISH", "a", number) }
            // Confirmed behind the messages, on the same connection: so they have all arrived.
            try await subscriber.subscribe(to: "b")
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == .dropped(15))
            for number in 15..<25 { #expect(await pushes.next() == message("a", "\(number)")) }
        }
    }

    @Test func `after unsubscribing nothing more arrives`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber()
            try await subscriber.subscribe(to: "a")
            await subscriber.unsubscribe(from: "a")
            try await subscriber.subscribe(to: "b")
            let client = server.client()
            #expect(try await client.call("PUBLISH", "a", "x").int == 0)
            try await _ = client.call("PUBLISH", "b", "y")
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == message("b", "y"))
        }
    }

    @Test func `a server that is stopped is noticed, and the gap is told when it goes on`() async throws {
        try await withRedisServer { server in
            var configuration = server.configuration
            configuration.requestTimeout = .milliseconds(50)
            configuration.connectTimeout = .milliseconds(50)
            let subscriber = RedisSubscriber(configuration, on: server.loop)
            try await subscriber.subscribe(to: "a")
            server.pause()
            // Returns only when the old connection was given up: on it, the confirmation would come after resuming.
            let error = await #expect(throws: RedisError.self) { try await subscriber.subscribe(to: "b") }
            #expect([.timeout, .connectTimeout, .connectionLost].contains(error?.code))
            try await server.loop.sleep(for: .milliseconds(120))
            server.resume()
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == .reconnected)
            #expect(try await server.client().call("PUBLISH", "b", "x").int == 1)
            #expect(await pushes.next() == message("b", "x"))
        }
    }

    @Test func `a channel that is not permitted is refused, the others go on`() async throws {
        try await withRedisServer { server in
            let client = server.client()
            try await _ = client.call("ACL", "SETUSER", "weak", "on", ">pw", "+@all", "resetchannels", "&mine")
            var configuration = server.configuration
            configuration.address = RedisAddress(endpoint: server.address.endpoint, username: "weak", password: "pw")
            let subscriber = RedisSubscriber(configuration, on: server.loop)
            try await subscriber.subscribe(to: "mine")
            let error = await #expect(throws: RedisError.self) { try await subscriber.subscribe(to: "theirs") }
            #expect(error?.code == .noPermission)
            try await _ = client.call("PUBLISH", "mine", "x")
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == message("mine", "x"))
        }
    }

    @Test func `without a server subscribing fails in time, and is made up for when the server comes`() async throws {
        try await withRedisServer { server in
            await server.stop()
            var configuration = server.configuration
            configuration.requestTimeout = .milliseconds(20)
            let subscriber = RedisSubscriber(configuration, on: server.loop)
            let error = await #expect(throws: RedisError.self) { try await subscriber.subscribe(to: "a") }
            #expect(error?.code == .connectionRefused)
            try await server.start()
            let client = server.client()
            while try await client.call("PUBLISH", "a", "x").int == 0 { await Task.yield() }
            let pushes = subscriber.pushes.makeAsyncIterator()
            #expect(await pushes.next() == message("a", "x"))
        }
    }

    @Test func `the sequence ends when the subscriber is closed or the reader is cancelled`() async throws {
        try await withRedisServer { server in
            let subscriber = server.subscriber()
            try await subscriber.subscribe(to: "a")
            let reader = Task {
                var count = 0
                for await _ in subscriber.pushes { count += 1 }
                return count
            }
            reader.cancel()
            #expect(await reader.value == 0)
            try await _ = server.client().call("PUBLISH", "a", "x")
            try await subscriber.subscribe(to: "b")
            await subscriber.close()
            var rest: [RedisPush] = []
            for await push in subscriber.pushes { rest.append(push) }
            #expect(rest == [message("a", "x")])
            let error = await #expect(throws: RedisError.self) { try await subscriber.subscribe(to: "c") }
            #expect(error?.code == .closed)
        }
    }
}
