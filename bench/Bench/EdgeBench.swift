import Glibc
import SentinelCore
import SentinelDaemon
import SentinelEngine
import SentinelIO
import SentinelRedis

/// `/v1/authz` from a mirror of very many blocks: memory, requests a second with and without Redis, how soon a block
/// counts, and what very many blocks cost those who record events meanwhile.
struct EdgeBench {
    private let options: Options
    private let clock = ContinuousClock()

    init(_ options: Options) {
        self.options = options
    }

    func run() async throws -> Report {
        var report = Report("edge: \(options.count) active blocks")
        let ticks = Machine.Ticks.now
        memory(&report)
        let load = try EventLoop(name: "load")
        try await Site.with(policy: .standard) { site in
            let recorder = try EventLoop(name: "recorder")
            let records = Calls(client: RedisClient(site.redis.configuration, on: recorder), keys: site.calls.keys)
            try await lists(&report, site, records)
            let api = try await serve(&report, site, records)
            try await propagation(&report, site, api, load)
            try await rates(&report, site, api, load)
            try await ends(&report, site, records)
            await api.stop()
            await records.client.close()
            await recorder.stop()
        }
        await load.stop()
        report.addLoad(since: ticks)
        return report
    }

    // MARK: Memory

    /// Distinct for every number below 2^31, and spread over the whole space.
    private static func address(_ number: Int) -> IPAddress {
        IPAddress(v4: UInt32(truncatingIfNeeded: number) &* 0x9E37_79B1)
    }

    private func memory(_ report: inout Report) {
        let mark = BlockMark(.block, until: 1_900_000_000_000, ref: "b0-4711")
        func measure(_ name: String, _ subject: (Int) -> Subject) {
            var marks = SubjectMarks(key: .random())
            let begin = clock.now
            for number in 0..<options.count { marks.set(subject(number), mark) }
            let time = begin.duration(to: clock.now).inSeconds
            report.add("memory, \(name)", Double(marks.bytes) / Double(marks.count), "bytes/block")
            report.add("adding one, \(name)", time / Double(options.count) * 1e6, "us")
        }
        measure("IPv4") { Subject(of: Self.address($0)) }
        measure("IPv6") { number in
            let low = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
            return Subject(of: IPAddress(v6: UInt128(0x2001_0DB8) << 96 | UInt128(low) << 32 | UInt128(number)))
        }
        measure("users") { try! Subject(printable: "user:account-\($0)-of-the-forum") }
    }

    // MARK: Those who record meanwhile

    /// The times of records, one after the other, while `body` runs.
    private func recording(_ calls: Calls, while body: () async throws -> Void) async throws -> Distribution {
        let task = Task {
            var times: [Double] = []
            var number = 0
            while !Task.isCancelled {
                number += 1
                let begin = clock.now
                _ = try await calls.record(
                    Event(
                        kind: "read", user: Array("reader\(number % 5000)".utf8), ip: Array("192.0.2.1".utf8)))
                times.append(begin.duration(to: clock.now).inSeconds)
                try await calls.client.loop.sleep(for: .milliseconds(1))
            }
            return times
        }
        do { try await body() } catch {
            task.cancel()
            throw error
        }
        task.cancel()
        return Distribution((try? await task.value) ?? [])
    }

    /// Calls of a function in small pipelines: Redis runs what one client has sent in one go, and others wait for it.
    private func inPieces(
        _ site: Site, _ range: Range<Int>, _ append: (Int, inout RedisPipeline) -> Void
    ) async throws -> Double {
        let piece = 8
        let begin = clock.now
        for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
            var pipeline = RedisPipeline()
            for number in start..<min(range.upperBound, start + piece) { append(number, &pipeline) }
            for reply in try await site.calls.client.send(pipeline) { _ = try reply.orThrow() }
        }
        return Double(range.count) / begin.duration(to: clock.now).inSeconds
    }

    private func block(_ site: Site, for duration: Int) -> (Int, inout RedisPipeline) -> Void {
        { number, pipeline in
            pipeline.append(
                "FCALL", "sentinel_block", "1", site.calls.keys.prefix, "subject", "ip:\(Self.address(number))",
                "duration",
                duration, "by", "admin:bench")
        }
    }

    private func lists(_ report: inout Report, _ site: Site, _ records: Calls) async throws {
        _ = try await recording(records) { try await site.calls.client.loop.sleep(for: .seconds(2)) }
        let alone = try await recording(records) { try await site.calls.client.loop.sleep(for: .seconds(10)) }
        report.add("record alone", alone)
        var rate = 0.0
        let beside = try await recording(records) {
            rate = try await inPieces(site, 0..<options.count, block(site, for: 86_400_000))
        }
        report.add("blocks added", rate, "/s")
        report.add("record beside", beside)
        report.add("p99 of record, import to alone", beside.quantile(0.99) / alone.quantile(0.99), "x")
        var time = 0.0
        let listing = try await recording(records) {
            let begin = clock.now
            let list = try await site.calls.blocks(limit: 100)
            guard list.total == options.count else { throw LifecycleError("\(list.total) blocks are listed") }
            time = begin.duration(to: clock.now).inSeconds
        }
        report.add("list of all", time, "s")
        report.add("p99 of record, list to alone", listing.quantile(0.99) / alone.quantile(0.99), "x")
    }

    private func ends(_ report: inout Report, _ site: Site, _ records: Calls) async throws {
        let count = options.count / 10
        let alone = try await recording(records) { try await site.calls.client.loop.sleep(for: .seconds(5)) }
        var rate = 0.0
        let lifting = try await recording(records) {
            rate = try await inPieces(site, 0..<count) { number, pipeline in
                pipeline.append(
                    "FCALL", "sentinel_unblock", "1", site.calls.keys.prefix, "subject", "ip:\(Self.address(number))",
                    "by", "admin:bench")
            }
        }
        report.add("blocks lifted", rate, "/s")
        report.add("p99 of record, lift to alone", lifting.quantile(0.99) / alone.quantile(0.99), "x")
        let seconds = max(2, count / 5_000)
        _ = try await inPieces(site, 0..<count, block(site, for: seconds * 1000))
        let expiring = try await recording(records) {
            try await site.calls.client.loop.sleep(for: .seconds(seconds + 2))
        }
        report.add("p99 of record, expiry of \(count) to alone", expiring.quantile(0.99) / alone.quantile(0.99), "x")
    }

    // MARK: The API

    private func serve(_ report: inout Report, _ site: Site, _ records: Calls) async throws -> APIServer {
        let begin = clock.now
        let api = try await APIServer.start(
            at: try ListenAddress(parsing: "127.0.0.1:0"), redis: site.redis.configuration, keys: site.calls.keys,
            policy: .standard, journal: .silent)
        let client = HTTPClient(on: records.client.loop)
        var answers: [Double] = []
        let reading = try await recording(records) {
            while true {
                let asked = clock.now
                let answer = try await client.send(.init("GET", "/v1/authz"), to: api.endpoint, timeout: .seconds(30))
                answers.append(asked.duration(to: clock.now).inSeconds)
                if answer.headers["x-sentinel-mirror-age"] != "unknown" { return }
                try await records.client.loop.sleep(for: .milliseconds(2))
            }
        }
        report.add("reading all into the mirror", begin.duration(to: clock.now).inSeconds, "s")
        report.add("authz while it reads", Distribution(answers))
        report.add("p99 of record while it reads", reading.quantile(0.99) * 1000, "ms")
        return api
    }

    /// From the call that blocks to the first refusal, asked again and again over one connection.
    private func propagation(_ report: inout Report, _ site: Site, _ api: APIServer, _ load: EventLoop) async throws {
        let asker = Asker(api.endpoint, on: load)
        var times: [Double] = []
        for number in 0..<500 {
            let address = IPAddress(v4: 0xC612_0000 + UInt32(number))
            guard try await asker.ask(address) == 200 else { throw LifecycleError("\(address) is blocked already") }
            let begin = clock.now
            let call = Task {
                _ = try await site.calls.block(
                    Subject(of: address), for: .seconds(600), action: .block, reason: .manual, by: "admin:bench",
                    note: nil)
            }
            while try await asker.ask(address) == 200 {}
            times.append(begin.duration(to: clock.now).inSeconds)
            try await call.value
        }
        await asker.close()
        report.add("block to refusal", Distribution(times))
    }

    private func rates(_ report: inout Report, _ site: Site, _ api: APIServer, _ load: EventLoop) async throws {
        guard let bare = EvhttpServer() else { throw LifecycleError("evhttp cannot be started") }
        let fields = "X-Forwarded-For: 198.51.100.7\r\n"
        func turns(_ count: Int, _ label: String, besides: Bool) async throws {
            var own: [Double] = []
            var others: [Double] = []
            var times: [Double] = []
            let seconds = Double(options.seconds) / 5
            for _ in 0..<count {
                if besides {
                    let answers = try await HTTPLoad(on: load).run(
                        "/", at: .tcp(host: "127.0.0.1", port: bare.port), connections: 64, seconds: seconds,
                        fields: fields)
                    others.append(Double(answers.count) / seconds)
                }
                let answers = try await HTTPLoad(on: load).run(
                    "/v1/authz", at: api.endpoint, connections: 64, seconds: seconds, fields: fields)
                own.append(Double(answers.count) / seconds)
                times += answers
            }
            let median = Distribution(own).quantile(0.5)
            report.add("authz, \(label)", median, "requests/s")
            report.add("authz p99, \(label)", Distribution(times).quantile(0.99) * 1000, "ms")
            let other = Distribution(others).quantile(0.5)
            report.add("bare evhttp, \(label)", other, "requests/s")
            report.add("authz to bare evhttp, \(label)", median / other, "x")
        }
        try await turns(5, "Redis there", besides: true)
        let id =
            Int32(
                try await site.calls.client.call("INFO", "server").string
                    .split(whereSeparator: \.isNewline).first { $0.hasPrefix("process_id:") }?.dropFirst(11) ?? "") ?? 0
        kill(id, SIGSTOP)
        do { try await turns(5, "Redis stopped", besides: true) } catch {
            kill(id, SIGCONT)
            throw error
        }
        kill(id, SIGCONT)
    }
}

/// One connection that asks for one address after the other.
actor Asker {
    nonisolated let loop: EventLoop
    private let endpoint: Endpoint
    private let log = Log()
    private var stream: SocketStream?

    init(_ endpoint: Endpoint, on loop: EventLoop) {
        self.loop = loop
        self.endpoint = endpoint
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// The status of the answer.
    func ask(_ address: IPAddress) async throws -> Int {
        if stream == nil { stream = try SocketStream(connectingTo: endpoint, on: loop, delegate: log) }
        let text = "GET /v1/authz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: \(address)\r\n\r\n"
        return try await withCheckedThrowingContinuation { continuation in
            log.ask(Array(text.utf8), stream, continuation)
        }
    }

    func close() { stream?.close() }

    private final class Log: SocketStreamDelegate {
        private var waiter: CheckedContinuation<Int, any Error>?
        private var isOpen = false
        private var unsent: [UInt8] = []
        private var bytes: [UInt8] = []

        func ask(_ text: [UInt8], _ stream: SocketStream?, _ continuation: CheckedContinuation<Int, any Error>) {
            waiter = continuation
            bytes = []
            if isOpen { try? stream?.write(text) } else { unsent = text }
        }

        func streamDidOpen(_ stream: SocketStream) {
            isOpen = true
            try? stream.write(unsent)
        }

        func stream(_ stream: SocketStream, didReceive more: RawSpan) {
            more.withUnsafeBytes { bytes.append(contentsOf: $0) }
            // Answers are small: head and body come in one piece, and a refusal ends with its problem's brace.
            let text = String(decoding: bytes, as: UTF8.self)
            guard let status = Int(text.dropFirst(9).prefix(3)), text.contains("\r\n\r\n"),
                status == 200 || text.hasSuffix("}")
            else { return }
            waiter.take()?.resume(returning: status)
        }

        func stream(_ stream: SocketStream, didCloseWith error: IOError) {
            waiter.take()?.resume(throwing: error)
        }
    }
}
