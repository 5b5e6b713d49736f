import Glibc
package import SentinelIO
package import SentinelRedis
import Synchronization

/// A real `redis-server` for one test: private, on a unix socket in a folder of its own, without persistence unless
/// asked for.
package final class RedisServer: Sendable {
    package let directory = TemporaryDirectory()
    /// The loop of the clients this server makes.
    package let loop: EventLoop
    private let options: [String]
    private let process = Mutex<ChildProcess?>(nil)
    /// Never stops: a server ends with the thread that started it.
    private static let starter = try! EventLoop(name: "starter")

    fileprivate init(options: [String], loop: EventLoop) {
        self.options = options
        self.loop = loop
    }

    package var socket: String { "\(directory.path)/redis.sock" }
    package var address: RedisAddress { RedisAddress(endpoint: .unix(path: socket)) }

    /// The process's number, while it runs.
    package var processID: Int32? { process.withLock { $0?.id } }

    /// What clients of tests use: short waits between tries to connect.
    package var configuration: RedisConfiguration {
        var configuration = RedisConfiguration(address: address)
        configuration.backoff = Backoff(initial: .milliseconds(1), limit: .milliseconds(10))
        return configuration
    }

    package func client() -> RedisClient {
        RedisClient(configuration, on: loop)
    }

    package func subscriber(bufferCount: Int = 1024) -> RedisSubscriber {
        RedisSubscriber(configuration, on: loop, bufferCount: bufferCount)
    }

    /// Starts the server, again after `stop()` or `kill9()`, and returns when it answers.
    package func start() async throws {
        precondition(process.withLock { $0 == nil }, "the server runs already")
        let fixed = ["redis-server", "--port", "0", "--unixsocket", socket, "--dir", directory.path, "--save", ""]
        let log = "\(directory.path)/log"
        let child = try await ChildProcess.start(fixed + options, output: log, on: Self.starter)
        process.withLock { $0 = child }
        let client = client()
        var ping = RedisPipeline()
        ping.append("PING")
        // Many short tries, to see soon when the process has ended instead of starting.
        for _ in 0..<40 {
            let retry = RedisRetry(tries: 50, backoff: Backoff(initial: .milliseconds(5), limit: .milliseconds(5)))
            do throws(RedisError) {
                _ = try await client.send(ping, timeout: .milliseconds(250), retrying: retry)[0].orThrow()
                return await client.close()
            } catch  where error.code == .noAuth {
                // It wants a password: so it answers.
                return await client.close()
            } catch {}
            if child.hasEnded() { break }
        }
        await client.close()
        throw RedisError(
            .connectionRefused, "redis-server did not start: \(readFile(log))", address: address.description)
    }

    /// Ends it in good order, as `SIGTERM` does.
    package func stop() async {
        await end(SIGTERM)
    }

    /// Ends it as a crash does.
    package func kill9() async {
        await end(SIGKILL)
    }

    /// Starts a server in the same folder after the old one is gone.
    package func restart() async throws {
        await stop()
        try await start()
    }

    /// Makes it deaf and dumb without closing its connections, until `resume()`.
    package func pause() {
        process.withLock { $0?.send(SIGSTOP) }
    }

    package func resume() {
        process.withLock { $0?.send(SIGCONT) }
    }

    private func end(_ signal: Int32) async {
        guard let child = process.withLock({ $0.take() }) else { return }
        child.send(signal)
        child.send(SIGCONT)
        await child.waitForEnd()
    }
}

/// Runs `body` with a fresh server, started with more options such as `["--maxmemory", "1mb"]`.
/// Afterwards the server is killed, its folder removed and its loop stopped: don't keep clients beyond.
package func withRedisServer<Result>(
    _ options: [String] = [],
    body: (RedisServer) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop(name: "redis-test")
    let server = RedisServer(options: options, loop: loop)
    do {
        try await server.start()
        let result = try await body(server)
        await server.kill9()
        await loop.stop()
        return result
    } catch {
        await server.kill9()
        await loop.stop()
        throw error
    }
}

private func readFile(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "no log" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
}
