import Glibc
package import SentinelEngine
package import SentinelIO
package import SentinelRedis

/// The redis-server of `sentinel up`: on a unix socket in the data folder, append-only file on, nobody else's.
package actor PrivateRedis {
    private let folder: String
    private let loop: EventLoop
    private let journal: Journal
    private var child: ChildProcess?
    private var isStopping = false

    package init(folder: String, on loop: EventLoop, journal: Journal) {
        self.folder = folder
        self.loop = loop
        self.journal = journal
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    package nonisolated var socket: String { "\(folder)/redis.sock" }
    package nonisolated var log: String { "\(folder)/redis.log" }

    package nonisolated var configuration: RedisConfiguration {
        RedisConfiguration(address: RedisAddress(endpoint: .unix(path: socket)), clientName: "sentinel")
    }

    /// Starts the server and returns when it answers, its data loaded. What a crashed predecessor left running is ended.
    package func start() async throws {
        guard socket.utf8.count < 108 else {
            throw LifecycleError("the path \(socket) is too long for a socket (107 bytes): choose another data folder")
        }
        try await endPredecessor()
        let child = try await ChildProcess.start(
            [
                "redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", folder,
                "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
                "--auto-aof-rewrite-min-size", "256mb", "--lazyfree-lazy-expire", "yes",
            ],
            output: log, deathSignal: "TERM", on: loop
        )
        self.child = child
        let client = RedisClient(configuration, on: loop)
        defer { Task { await client.close() } }
        var ping = RedisPipeline()
        ping.append("PING")
        let retry = RedisRetry(tries: 40, backoff: Backoff(initial: .milliseconds(5), limit: .milliseconds(10)))
        while true {
            if let reply = try? await client.send(ping, timeout: .milliseconds(500), retrying: retry).first,
                case .status = reply
            {
                return
            }
            if child.hasEnded() {
                self.child = nil
                throw LifecycleError("redis-server did not start; \(log) tells why")
            }
            try Task.checkCancellation()
        }
    }

    /// Starts the server again whenever it ends by itself, until `stop`.
    package func supervise() async {
        while !Task.isCancelled, !isStopping {
            try? await loop.sleep(for: .milliseconds(100))
            guard !isStopping, let child, child.hasEnded() else { continue }
            self.child = nil
            journal.error("redis-server ended by itself; starting it again (\(log) may tell why)")
            do {
                try await start()
                journal.info("redis-server runs again")
            } catch {
                journal.error("\(error)")
                try? await loop.sleep(for: .seconds(1))
            }
        }
    }

    /// Ends the server in good order: what it acknowledged is in the append-only file.
    package func stop() async {
        isStopping = true
        guard let child = child.take() else { return }
        child.send(SIGTERM)
        await child.waitForEnd(patience: .seconds(10))
    }

    /// A server that still answers, though its `sentinel up` is gone, is on its way out: the kernel told it to end.
    private func endPredecessor() async throws {
        guard access(socket, F_OK) == 0 else { return }
        let client = RedisClient(configuration, on: loop)
        defer { Task { await client.close() } }
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            do {
                _ = try await client.call("SHUTDOWN", "NOSAVE", timeout: .milliseconds(300))
            } catch  where error.code == .connectionRefused || error.code == .timeout && !isAlive {
                unlink(socket)
                return
            } catch {
                try await loop.sleep(for: .milliseconds(20))
            }
        }
        throw LifecycleError("a redis-server still runs on \(socket) and does not end")
    }

    /// Whether somebody listens on the socket file.
    private var isAlive: Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = socket
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
