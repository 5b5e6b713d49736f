import SentinelIO
import TestSupport
import Testing

struct HTTPClientTests {
    private static func ask(_ loop: EventLoop, _ endpoint: Endpoint, _ timeout: Duration = .seconds(20)) async -> String
    {
        do throws(HTTPClient.Failure) {
            let response = try await HTTPClient(on: loop).send(
                .init("GET", "/"), to: endpoint, timeout: timeout, maximumBody: 1000)
            return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
        } catch {
            switch error {
            case .notConnected: return "not connected"
            case .broken: return "broken"
            case .timeout: return "timeout"
            case .malformed: return "malformed"
            case .cancelled: return "cancelled"
            }
        }
    }

    @Test func `a request goes out and its response comes back`() async throws {
        try await HTTPHost.with { host in
            let client = HTTPClient(on: host.clientLoop)
            let body = [UInt8](repeating: 121, count: 900_000)
            let response = try await client.send(.init("POST", "/echo", body: body), to: host.endpoint)
            #expect(response.status == 200)
            #expect(response.headers["content-type"] == "text/plain")
            #expect(response.body == Array("POST ".utf8) + body)
            let head = try await client.send(.init("HEAD", "/now"), to: host.endpoint)
            #expect(head.headers["content-length"] == "4")
            #expect(head.body == [])
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok"),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 "),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", "200 ok"),
        ("HTTP/1.0 200 OK\r\n\r\nok", "200 ok"),
        ("HTTP/1.1 204 No Content\r\n\r\n", "204 "),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "broken"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "broken"),
        ("", "broken"),
        ("+PONG\r\n", "malformed"),
        ("HTTP/1.1 999 No\r\n\r\n", "malformed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "malformed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "malformed"),
        ("HTTP/1.1 200 OK\r\n\r\n\(String(repeating: "x", count: 1001))", "malformed"),
        ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))", "malformed"),
    ])
    func `whatever a server sends, there is one outcome`(answer: String, outcome: String) async throws {
        let loop = try EventLoop(name: "client")
        let peer = FakePeer(on: loop, scripts: [[.read(20), .send(Array(answer.utf8)), .close]])
        #expect(await Self.ask(loop, try await peer.start()) == outcome)
        await peer.stop()
        await loop.stop()
    }

    @Test func `a server that is silent, absent or left is no response`() async throws {
        let loop = try EventLoop(name: "client")
        let peer = FakePeer(on: loop, scripts: [[]])
        let endpoint = try await peer.start()
        #expect(await Self.ask(loop, endpoint, .milliseconds(20)) == "timeout")
        let waiting = Task { await Self.ask(loop, endpoint) }
        await peer.waitForBytes()
        waiting.cancel()
        #expect(await waiting.value == "cancelled")
        await peer.stop()
        #expect(await Self.ask(loop, .unix(path: "/tmp/no-such-socket")) == "not connected")
        await loop.stop()
    }

    @Test func `no value of a header can become a header`() async throws {
        let loop = try EventLoop(name: "client")
        let peer = FakePeer(on: loop, scripts: [[.read(20), .close]])
        let endpoint = try await peer.start()
        _ = try? await HTTPClient(on: loop).send(
            .init("GET", "/", headers: [("X", "a\r\nY: b")]), to: endpoint, host: "evil\r\nZ: c")
        let sent = String(decoding: await peer.received(on: 0), as: UTF8.self)
        #expect(sent.contains("\r\nX: a  Y: b\r\n"))
        #expect(sent.contains("\r\nHost: evil  Z: c\r\n"))
        await peer.stop()
        await loop.stop()
    }
}
