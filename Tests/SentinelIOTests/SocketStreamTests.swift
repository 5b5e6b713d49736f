import SentinelIO
import TestSupport
import Testing

struct SocketStreamTests {
    /// Sends bytes to a peer and collects what happens until the connection ends.
    private actor Caller {
        nonisolated let loop: EventLoop
        private let log = Log()

        init(on loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func call(_ endpoint: Endpoint, sending bytes: [UInt8]) async throws -> (received: [UInt8], end: IOError) {
            log.toSend = bytes
            _ = try SocketStream(connectingTo: endpoint, on: loop, delegate: log)
            let end = await withCheckedContinuation { log.ended = $0 }
            return (log.received, end)
        }

        /// Writes to a peer that does not read, until the stream refuses; returns how much it took beyond the limit.
        func fill(_ endpoint: Endpoint, limit: Int, piece: Int) async throws -> (refusal: IOError?, pending: Int) {
            let stream = try SocketStream(connectingTo: endpoint, on: loop, writeLimit: limit, delegate: log)
            await withCheckedContinuation { log.opened = $0 }
            let bytes = [UInt8](repeating: 1, count: piece)
            var refusal: IOError?
            do throws(IOError) {
                // Far more than the limit: the loop does not turn in between, so nothing goes out.
                for _ in 0..<(4 * limit / piece) { try stream.write(bytes) }
            } catch {
                refusal = error
            }
            let pending = stream.pendingBytes
            stream.close()
            return (refusal, pending)
        }

        func open(_ endpoint: Endpoint, security: TransportSecurity) throws {
            _ = try SocketStream(connectingTo: endpoint, security: security, on: loop, delegate: log)
        }

        private final class Log: SocketStreamDelegate {
            var toSend: [UInt8] = []
            var received: [UInt8] = []
            var opened: CheckedContinuation<Void, Never>?
            var ended: CheckedContinuation<IOError, Never>?

            func streamDidOpen(_ stream: SocketStream) {
                opened.take()?.resume()
                if !toSend.isEmpty { try? stream.write(toSend) }
            }

            func stream(_ stream: SocketStream, didReceive bytes: RawSpan) {
                bytes.withUnsafeBytes { received.append(contentsOf: $0) }
            }

            func stream(_ stream: SocketStream, didCloseWith error: IOError) {
                ended.take()?.resume(returning: error)
            }
        }
    }

    private static let big = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    @Test(arguments: [nil, Endpoint.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0)])
    func `bytes go both ways, and the end is told`(place: Endpoint?) async throws {
        let loop = try EventLoop(name: "bytes")
        let peer = FakePeer(on: loop, scripts: [[.read(Self.big.count), .send(Self.big), .close]])
        let endpoint = try await peer.start(at: place)
        let (received, end) = try await Caller(on: loop).call(endpoint, sending: Self.big)
        #expect(received == Self.big)
        #expect(end.code == .connectionLost)
        #expect(await peer.received(on: 0) == Self.big)
        await peer.stop()
        await loop.stop()
    }

    @Test func `a name is looked up, and its addresses are tried in turn`() async throws {
        let loop = try EventLoop(name: "names")
        let peer = FakePeer(on: loop, scripts: [[.read(2), .send([7]), .close]])
        guard case .tcp(_, let port) = try await peer.start(at: .tcp(host: "127.0.0.1", port: 0)) else { return }
        let (received, _) = try await Caller(on: loop).call(.tcp(host: "localhost", port: port), sending: [1, 2])
        #expect(received == [7])
        await peer.stop()
        await loop.stop()
    }

    @Test func `a connection nobody takes is refused, with the address in the message`() async throws {
        let loop = try EventLoop(name: "refused")
        let peer = FakePeer(on: loop, scripts: [[]])
        let endpoint = try await peer.start(at: .tcp(host: "127.0.0.1", port: 0))
        await peer.stop()
        for nowhere in [endpoint, .unix(path: "/tmp/no-such-socket")] {
            let (_, end) = try await Caller(on: loop).call(nowhere, sending: [])
            #expect(end.code == .connectionRefused)
            #expect(end.message.contains(nowhere.description))
        }
        await loop.stop()
    }

    @Test func `a name without an address is an error`() async throws {
        let loop = try EventLoop(name: "noname")
        let (_, end) = try await Caller(on: loop).call(.tcp(host: "no such host", port: 1), sending: [])
        #expect(end.code == .nameNotFound)
        await loop.stop()
    }

    @Test func `a full write queue refuses, and takes nothing`() async throws {
        let loop = try EventLoop(name: "full")
        let peer = FakePeer(on: loop, scripts: [[]])
        let endpoint = try await peer.start()
        let (refusal, pending) = try await Caller(on: loop).fill(endpoint, limit: 1 << 20, piece: 1000)
        #expect(refusal?.code == .writeQueueFull)
        #expect(pending >= 1 << 20 && pending < (1 << 20) + 1000)
        await peer.stop()
        await loop.stop()
    }

    @Test func `stopping the loop ends open streams and tells why`() async throws {
        let loop = try EventLoop(name: "stopped")
        let peer = FakePeer(on: loop, scripts: [[.send([1])]])
        let endpoint = try await peer.start()
        let caller = Caller(on: loop)
        async let result = caller.call(endpoint, sending: [1])
        await peer.waitForBytes()
        await loop.stop()
        #expect(try await result.end.code == .loopStopped)
        await #expect(throws: IOError.self) { try await caller.open(endpoint, security: .none) }
    }

    @Test func `a server that answers something else than TLS is not talked to`() async throws {
        let loop = try EventLoop(name: "tls")
        let server = HTTPServer(on: loop) { _ in .response(HTTPResponse(.noContent, headers: [])) }
        let endpoint = try await server.listen(at: .tcp(host: "127.0.0.1", port: 0))
        let failure = await #expect(throws: HTTPClient.Failure.self) {
            try await HTTPClient(on: loop).send(
                .init("GET", "/"), to: endpoint, security: .tls(serverName: "localhost"))
        }
        guard case .notConnected(let error) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(error.code == .notSecure)
        await server.drain(within: .zero)
        await loop.stop()
    }

    @Test(arguments: ["", String(repeating: "x", count: 108), "a\0b"])
    func `a path that cannot be a socket's is an error`(path: String) async throws {
        let loop = try EventLoop(name: "path")
        let caller = Caller(on: loop)
        let error = await #expect(throws: IOError.self) { try await caller.open(.unix(path: path), security: .none) }
        #expect(error?.code == .badAddress)
        await loop.stop()
    }
}
