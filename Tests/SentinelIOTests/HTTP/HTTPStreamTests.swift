import SentinelIO
import TestSupport
import Testing

struct HTTPStreamTests {
    @Test func `a stream comes in chunks, and the connection goes on after it`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/stream"))
            let head = await client.read(until: "\r\n\r\n")
            #expect(head?.contains("Transfer-Encoding: chunked\r\n") == true)
            await host.write("data: 1\n\n")
            #expect(await client.read(until: "\n\n\r\n") == "9\r\ndata: 1\n\n\r\n")
            await host.endStreams()
            #expect(await client.read(until: "0\r\n\r\n") == "0\r\n\r\n")
            await client.send(get("/now"))
            #expect(await client.read(until: "now\n") != nil)
            #expect(host.ends == [])
        }
    }

    @Test func `to an HTTP 1.0 client the end of the connection is the end`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: "GET /stream HTTP/1.0\r\n\r\n")
            #expect(await client.read(until: "\r\n\r\n")?.contains("chunked") == false)
            await host.write("data: 1\n\n")
            await host.endStreams()
            #expect(await client.readToEnd() == "data: 1\n\n")
        }
    }

    @Test func `a client that is too far behind is cut off, and the others are not`() async throws {
        let folder = TemporaryDirectory()
        let socket = Endpoint.unix(path: "\(folder.path)/http.sock")
        try await HTTPHost.with(at: socket, configure: { $0.streamBacklog = 10_000 }) { host in
            let slow = try await host.connect(sending: get("/stream"))
            _ = await slow.read(until: "\r\n\r\n")
            await slow.stopReading()
            let quick = try await host.connect(sending: get("/stream"))
            _ = await quick.read(until: "\r\n\r\n")
            let piece = String(repeating: "x", count: 9000)
            // More than the kernel holds for a client that does not read.
            for number in 0..<5000 where host.ends.isEmpty {
                await host.write("\(piece) \(number).")
                #expect(await quick.read(until: " \(number).\r\n") != nil)
            }
            #expect(host.ends == [.tooSlow])
            await host.write("after all")
            #expect(await quick.read(until: "after all") != nil)
        }
    }

    @Test func `a client that takes nothing for too long is cut off`() async throws {
        let folder = TemporaryDirectory()
        try await HTTPHost.with(
            at: .unix(path: "\(folder.path)/http.sock"),
            configure: {
                $0.responseDeadline = .milliseconds(100)
                $0.streamBacklog = 4 << 20
            },
            body: { host in
                let client = try await host.connect(sending: get("/stream"))
                _ = await client.read(until: "\r\n\r\n")
                await client.stopReading()
                await host.write(String(repeating: "x", count: 2 << 20))
                try await host.wait("the client to be cut") { host.ends == [.tooSlow] }
            })
    }

    @Test func `a client that talks while it listens is cut off`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/stream"))
            _ = await client.read(until: "\r\n\r\n")
            await client.send(String(repeating: "x", count: 100_000))
            #expect(await client.readToEnd() == "")
            #expect(host.ends == [.clientLeft])
        }
    }

    @Test func `a HEAD request to a stream gets its head alone`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: "HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n" + get("/now"))
            #expect(await client.read(until: "now\n")?.contains("text/event-stream") == true)
            #expect(host.streamCount == 0)
        }
    }

    @Test(arguments: [1, 3, 300])
    func `a broadcast reaches every stream with every message in order`(messages: Int) async throws {
        try await HTTPHost.with { host in
            var clients: [RawClient] = []
            for _ in 0..<40 { clients.append(try await host.connect(sending: get("/stream"))) }
            for client in clients { #expect(await client.read(until: "\r\n\r\n") != nil) }
            await host.broadcast((0..<messages).map { "\($0)." })
            for client in clients {
                for number in 0..<messages {
                    #expect(await client.read(until: ".\r\n")?.hasSuffix("\r\n\(number).\r\n") == true)
                }
            }
        }
    }

    @Test func `500 subscribers and 200 slow clients do not keep others from an answer`() async throws {
        try await HTTPHost.with { host in
            var crowd: [RawClient] = []
            for _ in 0..<500 { crowd.append(try await host.connect(sending: get("/stream"))) }
            for client in crowd { #expect(await client.read(until: "\r\n\r\n") != nil) }
            for _ in 0..<200 { crowd.append(try await host.connect(sending: "GET /slow")) }
            try await host.wait("all to be taken in") { await host.server.connectionCount == 700 }
            let client = try await host.connect()
            for number in 0..<100 {
                await client.send(get("/now"))
                #expect(await client.read(until: "now\n") != nil)
                if number % 10 == 0 { await host.write("data: \(number)\n\n") }
            }
            for client in crowd.prefix(500) { #expect(await client.read(until: "data: 90\n\n") != nil) }
        }
    }
}
