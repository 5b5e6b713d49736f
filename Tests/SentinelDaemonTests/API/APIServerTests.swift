import SentinelCore
import SentinelEngine
import SentinelIO
import SentinelRedis
import TestSupport
import Testing

@testable import SentinelDaemon

struct APIServerTests {
    @Test func `what is not there is 404, and a wrong method 405 with the right ones`() async throws {
        try await APIHost.with { host in
            for target in ["/", "/v1", "/v1/events/", "/V1/events", "/v1/../healthz", "/%68ealthz"] {
                #expect(try await host.get(target).status == 404, "\(target)")
            }
            let answer = try await host.get("/v1/events")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST, OPTIONS")
            let options = try await host.ask("OPTIONS", "/v1/check")
            #expect(options.status == 204)
            #expect(options.headers["allow"] == "GET, HEAD, OPTIONS")
            #expect(try await host.ask("HEAD", "/healthz").body == "")
        }
    }

    @Test func `without Redis verdicts are 503 at once, and with it all goes on by itself`() async throws {
        try await APIHost.with { host in
            #expect(try await host.get("/readyz").status == 200)
            await host.server.kill9()
            // The first one may find the connection just gone.
            _ = try await host.get("/v1/check?user=ada")
            let start = ContinuousClock.now
            for _ in 0..<20 {
                for answer in [
                    try await host.get("/v1/check?user=ada"), try await host.get("/readyz"),
                    try await host.post("/v1/events", #"{"kind":"message","user":"ada"}"#),
                    try await host.post("/v1/events", #"[{"kind":"message","user":"ada"}]"#),
                    try await host.post("/v1/reports", #"{"type":"malicious_content","user":"ada"}"#),
                ] {
                    #expect(answer.status == 503)
                    #expect(answer.headers["content-type"] == "application/problem+json")
                    #expect(answer.headers["retry-after"] == "1")
                    #expect(!answer.body.contains(host.server.directory.path))
                }
                #expect(try await host.get("/healthz").status == 200)
            }
            #expect(start.duration(to: .now) < .seconds(10))
            try await host.server.start()
            // Empty: the library is gone with the data.
            let deadline = ContinuousClock.now + .seconds(10)
            while try await host.get("/readyz").body.contains("library is not loaded") == false {
                #expect(ContinuousClock.now < deadline)
            }
            _ = try await LibraryLoader(client: host.calls.client, keys: host.calls.keys).load(.standard)
            #expect(try await host.get("/readyz").status == 200)
            #expect(try await host.get("/v1/check?user=ada").status == 200)
        }
    }

    @Test(arguments: [
        ("evil.example", 421), ("127.0.0.1.evil.example:8787", 421), ("LOCALHOST:8787", 200), ("[::1]:8787", 200),
        ("127.0.0.1:8787", 200), ("sentinel", 200), ("api.localhost", 200),
    ])
    func `a page whose name leads here gets nothing`(host: String, status: Int) async throws {
        try await APIHost.with { server in
            let answer = try await server.ask("GET", "/healthz", host: host)
            #expect(answer.status == status)
        }
    }

    @Test func `the description names every route, and every reference in it leads somewhere`() async throws {
        try await APIHost.with { host in
            let document = try await host.get("/openapi.json").json
            #expect(document["openapi"] == .string("3.1.0"))
            guard case .object(let paths) = document["paths"] else { Issue.record("no paths"); return }
            #expect(
                Set(paths.map(\.name)) == [
                    "/healthz", "/readyz", "/v1/check", "/v1/events", "/v1/reports", "/openapi.json", "/metrics",
                    "/v1/incidents", "/v1/incidents/{id}", "/v1/incidents/bulk", "/v1/blocks", "/v1/block-ip",
                    "/v1/unblock-ip", "/v1/summary/{subject}", "/v1/stats", "/v1/alerts", "/v1/audit",
                    "/v1/audit/verify", "/v1/tokens",
                    "/v1/tokens/{id}", "/v1/doctor", "/v1/policy",
                    "/v1/webhooks", "/v1/webhooks/{id}", "/v1/dead-letters", "/v1/dead-letters/resend",
                    "/v1/alerts/test", "/v1/authz", "/v1/blocks/stream", "/v1/blocks/applied", "/v1/edges",
                    "/v1/edges/{edge}",
                    "/v1/blocks/history", "/v1/blocks/import", "/v1/blocks/export", "/v1/allows",
                    "/v1/activity-timeline", "/v1/suspicious-users", "/v1/suspects", "/v1/subjects/{subject}",
                ])
            let names = paths.flatMap { path -> [String] in
                guard case .object(let operations) = path.value else { return [] }
                return operations.compactMap { $0.value["operationId"]?.text }
            }
            #expect(Set(names).count == names.count)
            #expect(names.count > paths.count)
            for name in Self.references(document) {
                #expect(document["components"]?["schemas"]?[name] != nil, "\(name)")
            }
        }
    }

    private static func references(_ value: JSONValue) -> Set<String> {
        switch value {
        case .array(let items): return items.reduce(into: []) { $0.formUnion(references($1)) }
        case .object(let members):
            return members.reduce(into: []) { found, member in
                if member.name == "$ref", let text = member.value.text {
                    found.insert(String(text.split(separator: "/").last ?? ""))
                }
                found.formUnion(references(member.value))
            }
        default: return []
        }
    }

    @Test func `a path's parameters are found and checked`() throws {
        let route = Route(
            "GET", "/v1/things/{id}", role: .client, "A thing",
            parameters: [.path("id", .bytes(1...4), "Which")], answers: []
        ) { request in .response(HTTPResponse(type: "text/plain", request.arguments.bytes("id") ?? [])) }
        let router = Router([route])
        func answer(_ path: String) -> (Int, String) {
            guard case .response(let response) = router.reply(to: HTTPRequest(method: "GET", path: path)) else {
                return (0, "")
            }
            return (
                response.status.code, response.status.code == 200 ? String(decoding: response.body, as: UTF8.self) : ""
            )
        }
        #expect(answer("/v1/things/a%2Fb") == (200, "a/b"))
        #expect(answer("/v1/things/abcde") == (400, ""))
        #expect(answer("/v1/things/") == (400, ""))
        #expect(answer("/v1/things/%FF") == (404, ""))
        #expect(answer("/v1/things/a/b") == (404, ""))
    }

    @Test(arguments: [
        "example.org:80", "127.0.0.1", ":80", "127.0.0.1:70000",
    ])
    func `it listens at addresses only`(address: String) {
        #expect(throws: ListenAddress.Invalid.self) { try ListenAddress(parsing: address) }
    }

    @Test(arguments: [
        ("127.0.0.1:80", Endpoint.tcp(host: "127.0.0.1", port: 80)), ("127.9.9.9:1", .tcp(host: "127.9.9.9", port: 1)),
        ("[::1]:8787", .tcp(host: "::1", port: 8787)), ("localhost:0", .tcp(host: "127.0.0.1", port: 0)),
        ("unix:/run/s.sock", .unix(path: "/run/s.sock")),
    ])
    func `it listens on loopback and on unix sockets`(address: String, endpoint: Endpoint) throws {
        #expect(try ListenAddress(parsing: address).endpoint == endpoint)
        #expect(try ListenAddress(parsing: address).isLocal)
    }

    @Test(arguments: ["0.0.0.0:80", "192.0.2.1:8787", "[::]:8787", "[2001:db8::1]:80", "[::ffff:192.0.2.1]:80"])
    func `it knows where others could reach it`(address: String) throws {
        #expect(try !ListenAddress(parsing: address).isLocal)
    }
}
