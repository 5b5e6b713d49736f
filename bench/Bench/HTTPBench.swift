import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// The HTTP server against the least that evhttp can do, and `/v1/check` alone and in bad company.
struct HTTPBench {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    func run() async throws -> Report {
        var report = Report("http: 64 connections with one request each under way, client and server on a core each")
        let ticks = Machine.Ticks.now
        let loops = (
            server: try EventLoop(name: "http"), load: try EventLoop(name: "load"), crowd: try EventLoop(name: "crowd")
        )
        try await rate(&report, loops.server, loops.load)
        try await Site.with(policy: .standard) { site in
            let client = RedisClient(site.redis.configuration, on: loops.server)
            let context = APIContext(
                calls: Calls(client: client, keys: site.calls.keys), policy: .standard, journal: .silent)
            try await company(&report, Router(context.routes), loops)
            await client.close()
        }
        try await HTTPEvents(options).run(&report, server: loops.server, load: loops.load)
        report.addLoad(since: ticks)
        await loops.load.stop()
        await loops.crowd.stop()
        await loops.server.stop()
        return report
    }

    /// Requests a second, by turns, so that a disturbance hits both.
    private func rate(_ report: inout Report, _ serverLoop: EventLoop, _ loadLoop: EventLoop) async throws {
        guard let bare = EvhttpServer() else { throw LifecycleError("evhttp cannot be started") }
        let response = HTTPResponse(type: "text/plain", Array("ok\n".utf8))
        let server = HTTPServer(on: serverLoop) { _ in .response(response) }
        let routed = HTTPServer(on: serverLoop) { [router = Router([.health])] in router.reply(to: $0) }
        let anywhere = Endpoint.tcp(host: "127.0.0.1", port: 0)
        let places: [(name: String, target: String, endpoint: Endpoint)] = [
            ("bare evhttp", "/", .tcp(host: "127.0.0.1", port: bare.port)),
            ("bare handler", "/", try await server.listen(at: anywhere)),
            ("GET /healthz, through the router", "/healthz", try await routed.listen(at: anywhere)),
        ]
        var rates = places.map { _ in [Double]() }
        for _ in 0..<5 {
            for (place, each) in places.enumerated() {
                let seconds = Double(options.seconds) / 5
                let times = try await HTTPLoad(on: loadLoop).run(
                    each.target, at: each.endpoint, connections: 64, seconds: seconds)
                rates[place].append(Double(times.count) / seconds)
            }
        }
        let medians = rates.map { Distribution($0).quantile(0.5) }
        for (place, median) in zip(places, medians) { report.add(place.name, median, "requests/s") }
        report.add("bare handler to bare evhttp", medians[1] / medians[0], "x")
        report.add("GET /healthz to bare evhttp", medians[2] / medians[0], "x")
        await server.close()
        await routed.close()
    }

    /// `/v1/check` by 8 connections, in five rounds: alone, then beside 500 subscribers, who get a message ten times a
    /// second, and 200 clients who never finish their requests.
    private func company(
        _ report: inout Report, _ router: Router, _ loops: (server: EventLoop, load: EventLoop, crowd: EventLoop)
    ) async throws {
        var configuration = HTTPConfiguration()
        configuration.requestDeadline = .seconds(600)
        let streams = HTTPBroadcast(on: loops.server)
        let server = HTTPServer(configuration, on: loops.server) { request in
            guard request.path == "/stream" else { return router.reply(to: request) }
            return .stream(HTTPResponse(.ok, headers: [("Content-Type", "text/event-stream")])) { streams.add($0) }
        }
        let endpoint = try await server.listen(at: .tcp(host: "127.0.0.1", port: 0))
        let load = HTTPLoad(on: loops.load)
        let target = "/v1/check?kind=message&user=ada&ip=203.0.113.7"
        let seconds = Double(options.seconds) / 5
        _ = try await load.run(target, at: endpoint, connections: 8, seconds: 0.5)
        var all = (alone: [Double](), beside: [Double](), ratios: [Double]())
        for _ in 0..<5 {
            let alone = try await load.run(target, at: endpoint, connections: 8, seconds: seconds)
            let crowd = HTTPLoad(on: loops.crowd)
            try await crowd.hold(500, sending: "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n", at: endpoint)
            try await crowd.hold(
                200, sending: "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Le", at: endpoint)
            while await server.connectionCount < 700 { try await loops.crowd.sleep(for: .milliseconds(5)) }
            let news = Task {
                while !Task.isCancelled {
                    loops.server.execute {
                        streams.send(Array("data: {\"seq\":1,\"rule\":\"rate_limit_hit\"}\n\n".utf8))
                    }
                    try? await loops.crowd.sleep(for: .milliseconds(100))
                }
            }
            let beside = try await load.run(target, at: endpoint, connections: 8, seconds: seconds)
            news.cancel()
            await news.value
            await crowd.close()
            while await server.connectionCount > 0 { try await loops.crowd.sleep(for: .milliseconds(5)) }
            all.alone += alone
            all.beside += beside
            all.ratios.append(Distribution(beside).quantile(0.99) / Distribution(alone).quantile(0.99))
        }
        report.add("/v1/check alone", Distribution(all.alone))
        report.add("/v1/check beside 700 others", Distribution(all.beside))
        report.add("p99 beside others to alone, median round", Distribution(all.ratios).quantile(0.5), "x")
        report.add("p99 beside others to alone, worst round", all.ratios.max() ?? 0, "x")
        await server.close()
    }
}
