import SentinelCore
import SentinelEngine
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon
@testable import SentinelIO

struct GateTests {
    private func status(_ gate: Gate, peer: String?, token: String? = nil) throws -> Int {
        var headers = HTTPHeaders()
        if let token {
            let isField = headers.append(line: Array("Authorization: Bearer \(token)".utf8)[...])
            #expect(isField)
        }
        let request = HTTPRequest(method: "GET", path: "/v1/authz", headers: headers, host: "shop.example", peer: peer)
        let reply = gate.replyAtOnce(to: request, role: .client) { _ in .response(HTTPResponse(.ok)) }
        guard case .response(let response) = reply else { throw CancellationError() }
        return response.status.code
    }

    @Test func `proxies of this machine ask without a token, others with one, and nobody waits for Redis`() async throws
    {
        try await withRedisServer { server in
            let calls = Calls(client: server.client(), keys: Keys())
            _ = try await LibraryLoader(client: calls.client, keys: calls.keys).load(PolicyDocument(.standard))
            let made = try await calls.addToken(.client, name: "proxy", for: nil, by: "admin:t", note: nil).secret
            let book = TokenBook(calls: calls)
            let gate = Gate(book: book, isLocal: false, journal: .silent)
            for peer in ["127.0.0.1", "127.9.9.9", "::1", nil] { #expect(try status(gate, peer: peer) == 200) }
            #expect(try status(gate, peer: "203.0.113.7", token: made) == 503)
            try await book.refresh()
            #expect(try status(gate, peer: "203.0.113.7") == 401)
            #expect(try status(gate, peer: "203.0.113.7", token: made) == 200)
            server.pause()
            #expect(try status(gate, peer: "203.0.113.7", token: made) == 200)
            server.resume()
            #expect(try status(Gate(book: book, isLocal: true, journal: .silent), peer: "203.0.113.7") == 200)
        }
    }
}
