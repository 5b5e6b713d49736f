import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// `POST /v1/events` with one event and with many, and `/v1/check`: beside a bare evhttp handler that gets the same requests,
/// and beside `redis-benchmark`, a client in C, that calls the function itself in pipelines.
struct HTTPEvents {
    private static let rounds = 5
    private static let batch = 100
    private let seconds: Double

    init(_ options: Options) {
        seconds = Double(options.seconds) / Double(2 * Self.rounds)
    }

    /// Adds events a second, CPU per event of the thread that serves, and the goals.
    func run(_ report: inout Report, server serverLoop: EventLoop, load loadLoop: EventLoop) async throws {
        guard let bare = EvhttpServer() else { throw LifecycleError("evhttp cannot be started") }
        try await Site.with(policy: .roomy) { site in
            let client = RedisClient(site.redis.configuration, on: serverLoop)
            let context = APIContext(
                calls: Calls(client: client, keys: site.calls.keys), policy: .roomy, journal: .silent)
            let server = HTTPServer(on: serverLoop) { [router = Router(context.routes)] in router.reply(to: $0) }
            let ours = try await server.listen(at: .tcp(host: "127.0.0.1", port: 0))
            let load = HTTPLoad(on: loadLoop)
            let places = [
                Place("bare evhttp", .tcp(host: "127.0.0.1", port: bare.port), body: Self.event),
                Place("POST /v1/events, one", ours, body: Self.event),
                Place("GET /v1/check", ours, target: "/v1/check?kind=content&user=u1&ip=10.0.0.1"),
                Place("POST /v1/events, \(Self.batch)", ours, events: Self.batch, connections: 8) { connection in
                    let events = (0..<Self.batch).map { Self.event(connection * Self.batch + $0) }
                    return "[\(events.joined(separator: ","))]"
                },
            ]
            var rates = places.map { _ in [Double]() }
            var costs = rates
            var direct: [Double] = []
            for _ in 0..<Self.rounds {
                for (number, place) in places.enumerated() {
                    let before = await Self.time(of: serverLoop)
                    let times = try await load.run(
                        place.target, at: place.endpoint, connections: place.connections, seconds: seconds,
                        body: place.body)
                    let events = Double(times.count * place.events)
                    costs[number].append((await Self.time(of: serverLoop) - before) / events * 1e6)
                    rates[number].append(events / seconds)
                }
                direct.append(Self.pipelined(site))
            }
            let medians = rates.map { Distribution($0).quantile(0.5) }
            for (number, place) in places.enumerated() {
                report.add(place.name, medians[number], "events/s")
                guard number > 0 else { continue }
                report.add("CPU of the API, \(place.name)", Distribution(costs[number]).quantile(0.5), "us/event")
            }
            let pipelines = Distribution(direct).quantile(0.5)
            report.add("redis-benchmark, FCALL in pipelines of \(Self.batch)", pipelines, "events/s")
            report.goal("one event to bare evhttp", medians[1] / medians[0], .atLeast(0.5))
            report.goal("/v1/check to bare evhttp", medians[2] / medians[0], .atLeast(0.5))
            report.goal("\(Self.batch) events to pipelined FCALLs", medians[3] / pipelines, .atLeast(0.6))
            await server.close()
            await client.close()
        }
    }

    /// What is asked of whom.
    private struct Place {
        let name: String
        let endpoint: Endpoint
        let target: String
        let events: Int
        let connections: Int
        let body: (@Sendable (Int) -> String)?

        init(
            _ name: String, _ endpoint: Endpoint, target: String = "/v1/events", events: Int = 1, connections: Int = 64,
            body: (@Sendable (Int) -> String)? = nil
        ) {
            self.name = name
            self.endpoint = endpoint
            self.target = target
            self.events = events
            self.connections = connections
            self.body = body
        }
    }

    private static let text = "a text of a usual length, such as people write to each other all day long"

    private static func event(_ number: Int) -> String {
        "{\"kind\":\"content\",\"user\":\"u\(number)\",\"text\":\"\(text)\"}"
    }

    private static func time(of loop: EventLoop) async -> Double {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: Machine.threadTime()) }
        }
    }

    /// Events a second of a client in C, with as many users and connections.
    private static func pipelined(_ site: Site) -> Double {
        let output = Machine.output(
            of: """
                redis-benchmark -s \(site.redis.socket) -P \(batch) -c 8 -r \(8 * batch) -n 50000 --csv \
                FCALL sentinel_record 1 '\(site.calls.keys.prefix)' kind content user u__rand_int__ text '\(text)'
                """)
        // The test's name, which has commas, and then the requests a second, each in quotes.
        let cells = output.split(separator: "\n").last?.split(separator: "\",\"") ?? []
        return cells.count > 1 ? Double(cells[1]) ?? 0 : 0
    }
}
