import Glibc
import SentinelIO
import TestSupport
import Testing

struct HTTPServerTests {
    @Test func `requests on one connection are answered in order, however they come`() async throws {
        try await HTTPHost.with { host in
            host.release()
            let client = try await host.connect(
                sending: get("/now") + get("/later") + "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi")
            let first = await client.read(until: "now\n")
            #expect(first?.hasPrefix("HTTP/1.1 200 OK\r\nDate: ") == true)
            #expect(first?.hasSuffix("\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nnow\n") == true)
            #expect(await client.read(until: "later\n") != nil)
            #expect(await client.read(until: "POST hi") != nil)
            await client.send(get("/now", "Connection: close\r\n"))
            #expect(await client.readToEnd().contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func `a unix socket serves as well, and a client over TCP has an address`() async throws {
        let folder = TemporaryDirectory()
        try await HTTPHost.with(at: .unix(path: "\(folder.path)/http.sock")) { host in
            let client = try await host.connect(sending: get("/peer"))
            #expect(await client.read(until: "\r\n\r\nnone") != nil)
        }
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/peer"))
            #expect(await client.read(until: "\r\n\r\n127.0.0.1") != nil)
        }
    }

    @Test func `a socket file is removed at the end, and one that a crash left behind is replaced`() async throws {
        let folder = TemporaryDirectory()
        let endpoint = Endpoint.unix(path: "\(folder.path)/http.sock")
        // Bound and never listened on: what a killed process leaves.
        let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "\(folder.path)/http.sock".utf8) }
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        close(file)
        #expect(isBound)
        try await HTTPHost.with(at: endpoint) { host in
            let client = try await host.connect(sending: get("/now"))
            #expect(await client.read(until: "now\n") != nil)
            await #expect(throws: IOError.self) {
                try await HTTPServer(on: host.loop) { _ in .problem(Problem(.notFound)) }.listen(at: endpoint)
            }
        }
        #expect(access("\(folder.path)/http.sock", F_OK) != 0)
    }

    @Test func `a HEAD request and an empty status have no body`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(
                sending: "HEAD /now HTTP/1.1\r\nHost: h\r\n\r\n" + get("/empty") + get("/now"))
            let head = await client.read(until: "\r\n\r\n")
            #expect(head?.contains("Content-Length: 4\r\n") == true)
            let empty = await client.read(until: "\r\n\r\n")
            #expect(empty?.hasPrefix("HTTP/1.1 204 No Content\r\n") == true)
            #expect(empty?.contains("Content-Length") == false)
            #expect(await client.read(until: "\r\n\r\nnow\n")?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        }
    }

    @Test func `HTTP 1.0 is answered and closed, unless the client asks for more`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(await client.read(until: "now\n")?.contains("Connection: keep-alive\r\n") == true)
            await client.send("GET /now HTTP/1.0\r\n\r\n")
            #expect(await client.readToEnd().hasSuffix("Connection: close\r\n\r\nnow\n"))
        }
    }

    @Test(arguments: [
        ("BAD\r\n\r\n", "400 Bad Request"),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 Bad Request"),
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n\r\n", "414 URI Too Long"),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 17_000))", "431 Request Header Fields Too Large"),
        ("POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", "417 Expectation Failed"),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\nabc", "413 Content Too Large"),
        ("GET / HTTP/3.0\r\n\r\n", "505 HTTP Version Not Supported"),
    ])
    func `what cannot be read is refused with a problem, and the connection ends`(
        text: String, status: String
    ) async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: text + get("/now"))
            let answer = await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            #expect(answer.contains("\r\nContent-Type: application/problem+json\r\n"))
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.contains("\"status\":\(status.prefix(3)),"))
            #expect(!answer.contains("now\n"))
        }
    }

    @Test func `a client that sends its too large body to the end still reads why`() async throws {
        try await HTTPHost.with { host in
            let body = String(repeating: "x", count: 3 << 20)
            let client = try await host.connect(
                sending: "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            #expect(await client.readToEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a method that is not served gets 405 and the list of those that are`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: "BREW /now HTTP/1.1\r\nHost: h\r\n\r\n" + get("/now"))
            let answer = await client.read(until: "}")
            #expect(answer?.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n") == true)
            #expect(answer?.contains("\r\nAllow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n") == true)
            #expect(await client.read(until: "now\n") != nil)
        }
    }

    @Test func `no value of a header can become a header`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/evil"))
            let answer = await client.read(until: "\r\n\r\n")
            #expect(answer?.contains("\r\nX-Evil: a  X-Injected: b c\r\n") == true)
            #expect(answer?.contains("Bad Name") == false)
        }
    }

    @Test func `what a client sends cannot break out of a problem's JSON`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/\"x\\"))
            let answer = await client.read(until: "}")
            #expect(answer?.hasSuffix(#","status":404,"detail":"there is nothing at \"/\"x\\\""}"#) == true)
        }
    }

    @Test func `a client that waits for 100 Continue is told to go on`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(
                sending: "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(await client.read(until: "HTTP/1.1 100 Continue\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            await client.send("ok")
            #expect(await client.read(until: "POST ok") != nil)
        }
    }

    // MARK: Time

    @Test func `a client that dribbles bytes is cut when its time is up`() async throws {
        try await HTTPHost.with(configure: { $0.requestDeadline = .milliseconds(500) }) { host in
            for hasAnswered in [false, true] {
                let start = ContinuousClock.now
                let client = try await host.connect(sending: hasAnswered ? get("/now") : "GET /")
                if hasAnswered { _ = await client.read(until: "now\n") }
                let dribble = Task {
                    for byte in (hasAnswered ? "GET /" : "") + String(repeating: "a", count: 1000) {
                        await client.send(String(byte))
                        try await host.clientLoop.sleep(for: .milliseconds(10))
                    }
                }
                let answer = await client.readToEnd()
                #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
                #expect(start.duration(to: .now) >= .milliseconds(400))
                #expect(start.duration(to: .now) < .seconds(15))
                dribble.cancel()
                _ = await dribble.result
            }
        }
    }

    @Test func `a connection on which nothing is asked is closed without a word`() async throws {
        try await HTTPHost.with(
            configure: {
                $0.requestDeadline = .milliseconds(100)
                $0.idleTimeout = .milliseconds(50)
            },
            body: { host in
                #expect(try await host.connect().readToEnd() == "")
                let client = try await host.connect(sending: get("/now"))
                _ = await client.read(until: "now\n")
                #expect(await client.readToEnd() == "")
                try await host.wait("the connections to go") { await host.server.connectionCount == 0 }
            })
    }

    @Test func `a client that does not take its answers is cut, and gets no further ones`() async throws {
        try await HTTPHost.with(configure: { $0.responseDeadline = .milliseconds(100) }) { host in
            let client = try await host.connect(sending: get("/now"))
            _ = await client.read(until: "now\n")
            await client.stopReading()
            await client.send(String(repeating: get("/big"), count: 100))
            try await host.wait("the client to be cut") { await host.server.connectionCount == 0 }
        }
    }

    // MARK: Numbers

    @Test func `beyond the limit connections wait, and those that stand go on`() async throws {
        try await HTTPHost.with(configure: { $0.maximumConnections = 2 }) { host in
            let first = try await host.connect(sending: get("/now"))
            let second = try await host.connect(sending: get("/now"))
            _ = await first.read(until: "now\n")
            _ = await second.read(until: "now\n")
            let third = try await host.connect(sending: get("/echo"))
            for _ in 0..<20 {
                await first.send(get("/now"))
                #expect(await first.read(until: "now\n") != nil)
            }
            #expect(await host.server.connectionCount == 2)
            await second.close()
            #expect(await third.read(until: "GET ") != nil)
            await first.send(get("/now"))
            #expect(await first.read(until: "now\n") != nil)
        }
    }

    @Test func `beyond the limit of requests in flight the answer is 503`() async throws {
        try await HTTPHost.with(configure: { $0.maximumRequestsInFlight = 2 }) { host in
            let waiting = [
                try await host.connect(sending: get("/later")), try await host.connect(sending: get("/later")),
            ]
            try await host.wait("two to be under way") { host.arrived == 2 }
            let third = try await host.connect(sending: get("/later") + get("/now"))
            let refusal = await third.read(until: "}")
            #expect(refusal?.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n") == true)
            #expect(refusal?.contains("\r\nRetry-After: 1\r\n") == true)
            #expect(await third.read(until: "now\n") != nil)
            host.release()
            for client in waiting { #expect(await client.read(until: "later\n") != nil) }
        }
    }

    @Test func `clients that leave in the middle leave nothing behind`() async throws {
        try await HTTPHost.with { host in
            for text in [
                "", "GET", get("/later"), get("/stream"), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na",
            ] {
                let client = try await host.connect(sending: text)
                try await host.wait("the client to be taken in") { await host.server.connectionCount == 1 }
                if text == get("/later") { try await host.wait("the request") { host.arrived == 1 } }
                if text == get("/stream") { _ = await client.read(until: "\r\n\r\n") }
                await client.close()
                try await host.wait("the connection to go") { await host.server.connectionCount == 0 }
            }
            #expect(host.ends == [.clientLeft])
            host.release()
            let client = try await host.connect(sending: get("/now"))
            #expect(await client.read(until: "now\n") != nil)
        }
    }

    @Test func `what comes while an answer is awaited waits for its turn`() async throws {
        try await HTTPHost.with { host in
            let client = try await host.connect(sending: get("/later"))
            try await host.wait("the request") { host.arrived == 1 }
            for _ in 0..<64 { await client.send(String(repeating: get("/now"), count: 1000)) }
            host.release()
            #expect(await client.read(until: "later\n") != nil)
            for _ in 0..<1000 { #expect(await client.read(until: "now\n") != nil) }
        }
    }

    // MARK: The end

    @Test func `draining answers what has begun and takes nothing new`() async throws {
        try await HTTPHost.with { host in
            let idle = try await host.connect(sending: get("/now"))
            _ = await idle.read(until: "now\n")
            let streaming = try await host.connect(sending: get("/stream"))
            _ = await streaming.read(until: "\r\n\r\n")
            let waiting = try await host.connect(sending: get("/later"))
            try await host.wait("the request") { host.arrived == 1 }
            async let drained: Void = host.server.drain(within: .seconds(20))
            #expect(await idle.readToEnd() == "")
            #expect(await streaming.readToEnd() == "0\r\n\r\n")
            #expect(host.ends == [.serverStopped])
            let late = try await host.connect(sending: get("/now"))
            #expect(await late.readToEnd() == "")
            host.release()
            let answer = await waiting.readToEnd()
            #expect(answer.contains("\r\nConnection: close\r\n"))
            #expect(answer.hasSuffix("later\n"))
            await drained
            #expect(await host.server.connectionCount == 0)
        }
    }

    @Test func `draining ends when its patience does`() async throws {
        try await HTTPHost.with { host in
            let waiting = try await host.connect(sending: get("/later"))
            try await host.wait("the request") { host.arrived == 1 }
            await host.server.drain(within: .milliseconds(20))
            #expect(await waiting.readToEnd() == "")
        }
    }
}
